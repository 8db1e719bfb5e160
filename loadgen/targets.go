package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/artillery"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// findBase finds out what the targets' paths are appended to.
func (p *plan) findBase(ctx context.Context) (err error) {
	if p.artillery != "" {
		given := artillery.Given{
			Target:  p.url != "" || p.stage != "",
			Phases:  p.given["rate"] || p.given["phase"] || p.given["trace"],
			Timeout: p.given["timeout"],
		}
		if p.test, err = artillery.ReadFiles(given, append([]string{p.artillery}, p.arguments...)...); err != nil {
			return err
		}
	}
	flag := "-url"
	switch {
	case p.stage != "":
		flag = "-stage " + p.stage
		if p.url, p.stack, err = stackOutputs(ctx, p.stage); err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
	case p.url == "" && p.test != nil:
		if strings.Contains(p.test.Target, "{{") {
			return fmt.Errorf("config.target of %s is a template: give -url, which overrides it", p.artillery)
		}
		if _, _, err := parseURL(p.test.Target); err != nil {
			return fmt.Errorf("config.target of %s: %w; -url overrides it", p.artillery, err)
		}
		p.url = p.test.Target
	case p.url == "" && len(p.arguments) > 0:
		return p.findURLs()
	case p.url == "":
		return errors.New("where to? give a URL, -url, -stage or -artillery")
	}
	u, authorization, err := parseURL(p.url)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", flag, err)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return fmt.Errorf("%s %q: a base URL has neither query nor fragment, since paths are appended to it; give the whole URL as an argument instead", flag, wire.RedactURL(p.url))
	}
	p.url, p.authorization = u.String(), authorization
	return nil
}

// findURLs takes the arguments for the URLs of the targets.
func (p *plan) findURLs() error {
	for i, text := range p.arguments {
		u, _, err := parseURL(text)
		if err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
		if i == 0 {
			p.url = u.Scheme + "://" + u.Host + u.EscapedPath()
		}
	}
	return nil
}

// parseURL reads an http or https URL. User info becomes the value of an Authorization header,
// or an empty text, and is taken out of the URL. Errors show neither user info nor query.
func parseURL(text string) (u *url.URL, authorization string, err error) {
	u, err = url.Parse(text)
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("%q is not a URL", wire.RedactURL(text))
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, "", fmt.Errorf("%q: want http://host or https://host", wire.RedactURL(text))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password))
		u.User = nil
	}
	return u, authorization, nil
}

// setTargets makes the requests.
func (p *plan) setTargets() error {
	requests, err := p.requests()
	if err != nil {
		return err
	}
	for i, r := range requests {
		if i > 0 && !slices.Equal(r.ExpectStatus, requests[0].ExpectStatus) {
			return errors.New("artillery: scenarios that expect different status codes; run them one by one")
		}
		p.attack.Expect.Status = r.ExpectStatus
		u, authorization, err := p.resolve(r.URL)
		if err != nil {
			return err
		}
		t := attack.Target{URL: u.String(), Method: r.Method, Header: http.Header{}, Body: r.Body}
		if authorization != "" {
			t.Header.Set("Authorization", authorization)
		}
		for _, h := range []http.Header{r.Header, p.header} { // the command line comes last
			for name, values := range h {
				t.Header[http.CanonicalHeaderKey(name)] = values
			}
		}
		t.Name = targetName(r.URL, u)
		for slices.ContainsFunc(p.attack.Targets, func(o attack.Target) bool { return o.Name == t.Name }) {
			if p.test == nil {
				return fmt.Errorf("two targets are called %q; a target's name is its path", t.Name)
			}
			t.Name += "'" // artillery's scenarios may share a path
		}
		p.attack.Targets = append(p.attack.Targets, t)
	}
	return p.keepOnly()
}

// requests are artillery's, or one for each URL of the command line.
func (p *plan) requests() ([]artillery.Request, error) {
	if p.test != nil {
		return p.test.Requests, nil
	}
	body, err := readBody(p.body)
	if err != nil {
		return nil, err
	}
	method := p.method
	if method == "" && len(body) > 0 {
		method = http.MethodPost
	}
	paths := p.arguments
	if len(paths) == 0 {
		paths = strings.Split(p.targets, ",")
	}
	var requests []artillery.Request
	for _, path := range paths {
		requests = append(requests, artillery.Request{Method: method, URL: strings.TrimSpace(path), Body: body})
	}
	return requests, nil
}

// resolve appends a path to the base URL as it is, so that a stage in the base stays, or takes
// a whole URL as it is. A path that changes where requests go is an error: 1/x appended to
// http://host:80 is another port, and @other/x another host.
func (p *plan) resolve(path string) (u *url.URL, authorization string, err error) {
	if isURL(path) {
		if u, authorization, err = parseURL(path); err != nil {
			err = fmt.Errorf("target: %w", err)
		}
		return u, authorization, err
	}
	base, _, err := parseURL(p.url)
	if err != nil {
		return nil, "", fmt.Errorf("target %q: %w", wire.RedactURL(path), err)
	}
	joined := p.url
	if strings.HasPrefix(path, "/") { // a slash on both sides is one slash
		joined = strings.TrimSuffix(joined, "/")
	}
	u, err = url.Parse(joined + path)
	if err != nil || u.Scheme != base.Scheme || u.Host != base.Host || u.User != nil {
		return nil, "", fmt.Errorf("target %q: appended to %s it would be another host or port; begin it with a slash", wire.RedactURL(path), p.url)
	}
	return u, p.authorization, nil
}

// keepOnly leaves the targets that -only names.
func (p *plan) keepOnly() error {
	if p.only == "" {
		return nil
	}
	var kept []attack.Target
	for _, name := range strings.Split(p.only, ",") {
		name = strings.TrimPrefix(strings.TrimSpace(name), "/")
		i := slices.IndexFunc(p.attack.Targets, func(t attack.Target) bool { return t.Name == name })
		if i < 0 {
			return fmt.Errorf("-only: there is no target %q among %s", name, strings.Join(p.names(), ", "))
		}
		kept = append(kept, p.attack.Targets[i])
	}
	p.attack.Targets = kept
	return nil
}

// names are those of the targets.
func (p *plan) names() []string {
	var names []string
	for _, t := range p.attack.Targets {
		names = append(names, t.Name)
	}
	return names
}

func isURL(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

// targetName is the path without its leading slash and its query.
func targetName(path string, u *url.URL) string {
	if isURL(path) {
		path = u.Path
	}
	path, _, _ = strings.Cut(path, "?")
	if name := strings.Trim(path, "/"); name != "" {
		return name
	}
	return u.Host
}

// readBody reads a body as it is given, or from the file behind an @.
func readBody(text string) ([]byte, error) {
	name, ok := strings.CutPrefix(text, "@")
	if !ok {
		return []byte(text), nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("-body: %w", err)
	}
	return data, nil
}
