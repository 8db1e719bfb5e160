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

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/artillery"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// findBase finds out what the targets' paths are appended to.
func (lt *loadTest) findBase(ctx context.Context) (err error) {
	if lt.artillery != "" {
		given := artillery.Given{
			Target:  lt.url != "" || lt.stage != "",
			Phases:  lt.given["rate"] || lt.given["phase"] || lt.given["trace"],
			Timeout: lt.given["timeout"],
		}
		if lt.test, err = artillery.ReadFiles(given, append([]string{lt.artillery}, lt.arguments...)...); err != nil {
			return err
		}
	}
	flag := "-url"
	switch {
	case lt.stage != "":
		flag = "-stage " + lt.stage
		if lt.url, lt.stack, err = deployed.Outputs(ctx, lt.stage); err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
	case lt.url == "" && lt.test != nil:
		if strings.Contains(lt.test.Target, "{{") {
			return fmt.Errorf("config.target of %s is a template: give -url, which overrides it", lt.artillery)
		}
		if _, _, err := parseURL(lt.test.Target); err != nil {
			return fmt.Errorf("config.target of %s: %w; -url overrides it", lt.artillery, err)
		}
		lt.url = lt.test.Target
	case lt.url == "" && len(lt.arguments) > 0:
		return lt.findURLs()
	case lt.url == "":
		return errors.New("where to? give a URL, -url, -stage or -artillery")
	}
	u, authorization, err := parseURL(lt.url)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", flag, err)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return fmt.Errorf("%s %q: a base URL has neither query nor fragment, since paths are appended to it; give the whole URL as an argument instead", flag, wire.RedactURL(lt.url))
	}
	lt.url, lt.authorization = u.String(), authorization
	return nil
}

// findURLs takes the arguments for the URLs of the targets.
func (lt *loadTest) findURLs() error {
	for i, text := range lt.arguments {
		u, _, err := parseURL(text)
		if err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
		if i == 0 {
			lt.url = u.Scheme + "://" + u.Host + u.EscapedPath()
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
func (lt *loadTest) setTargets() error {
	requests, err := lt.requests()
	if err != nil {
		return err
	}
	for i, r := range requests {
		if i > 0 && !slices.Equal(r.ExpectStatus, requests[0].ExpectStatus) {
			return errors.New("artillery: scenarios that expect different status codes; run them one by one")
		}
		lt.attack.Expect.Status = r.ExpectStatus
		u, authorization, err := lt.resolve(r.URL)
		if err != nil {
			return err
		}
		t := attack.Target{URL: u.String(), Method: r.Method, Header: http.Header{}, Body: r.Body}
		if authorization != "" {
			t.Header.Set("Authorization", authorization)
		}
		for _, h := range []http.Header{r.Header, lt.header} { // the command line comes last
			for name, values := range h {
				t.Header[http.CanonicalHeaderKey(name)] = values
			}
		}
		t.Name = targetName(r.URL, u)
		for slices.ContainsFunc(lt.attack.Targets, func(o attack.Target) bool { return o.Name == t.Name }) {
			if lt.test == nil {
				return fmt.Errorf("two targets are called %q; a target's name is its path", t.Name)
			}
			t.Name += "'" // artillery's scenarios may share a path
		}
		lt.attack.Targets = append(lt.attack.Targets, t)
	}
	return lt.keepOnly()
}

// requests are artillery's, or one for each URL of the command line.
func (lt *loadTest) requests() ([]artillery.Request, error) {
	if lt.test != nil {
		return lt.test.Requests, nil
	}
	body, err := readBody(lt.body)
	if err != nil {
		return nil, err
	}
	method := lt.method
	if method == "" && len(body) > 0 {
		method = http.MethodPost
	}
	paths := lt.arguments
	if len(paths) == 0 {
		paths = strings.Split(lt.targets, ",")
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
func (lt *loadTest) resolve(path string) (u *url.URL, authorization string, err error) {
	if isURL(path) {
		if u, authorization, err = parseURL(path); err != nil {
			err = fmt.Errorf("target: %w", err)
		}
		return u, authorization, err
	}
	base, _, err := parseURL(lt.url)
	if err != nil {
		return nil, "", fmt.Errorf("target %q: %w", wire.RedactURL(path), err)
	}
	joined := lt.url
	if strings.HasPrefix(path, "/") { // a slash on both sides is one slash
		joined = strings.TrimSuffix(joined, "/")
	}
	u, err = url.Parse(joined + path)
	if err != nil || u.Scheme != base.Scheme || u.Host != base.Host || u.User != nil {
		return nil, "", fmt.Errorf("target %q: appended to %s it would be another host or port; begin it with a slash", wire.RedactURL(path), lt.url)
	}
	return u, lt.authorization, nil
}

// keepOnly leaves the targets that -only names.
func (lt *loadTest) keepOnly() error {
	if lt.only == "" {
		return nil
	}
	var kept []attack.Target
	for _, name := range strings.Split(lt.only, ",") {
		name = strings.TrimPrefix(strings.TrimSpace(name), "/")
		i := slices.IndexFunc(lt.attack.Targets, func(t attack.Target) bool { return t.Name == name })
		if i < 0 {
			return fmt.Errorf("-only: there is no target %q among %s", name, strings.Join(lt.names(), ", "))
		}
		kept = append(kept, lt.attack.Targets[i])
	}
	lt.attack.Targets = kept
	return nil
}

// names are those of the targets.
func (lt *loadTest) names() []string {
	var names []string
	for _, t := range lt.attack.Targets {
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
