package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/artillery"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
)

// findBase finds out what the targets' paths are appended to.
func (p *plan) findBase(ctx context.Context) (err error) {
	if p.artillery != "" {
		if p.test, err = artillery.ReadFiles(append([]string{p.artillery}, p.scenarios...)...); err != nil {
			return err
		}
	}
	switch {
	case p.stage != "":
		if p.url, p.stack, err = stackOutputs(ctx, p.stage); err != nil {
			return fmt.Errorf("-stage %s: %w", p.stage, err)
		}
	case p.url == "" && p.test != nil:
		if _, err := baseURL(p.test.Target); err != nil {
			return fmt.Errorf("config.target of %s: %w; -url overrides it", p.artillery, err)
		}
		p.url = p.test.Target
	case p.url == "":
		return errors.New("where to? give -url, -stage or -artillery")
	}
	if _, err = baseURL(p.url); err != nil {
		return fmt.Errorf("-url: %w", err)
	}
	return nil
}

// baseURL checks a URL to which paths are appended.
func baseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is not a URL", text)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("%q: want http://host or https://host", text)
	case u.User != nil:
		return nil, errors.New("a URL with a password is not sent; use -header 'authorization: Basic ...'")
	}
	return u, nil
}

// setTargets makes the requests.
func (p *plan) setTargets() error {
	var requests []artillery.Request
	if p.test != nil {
		requests = p.test.Requests
	} else {
		body, err := readBody(p.body)
		if err != nil {
			return err
		}
		method := p.method
		if method == "" && len(body) > 0 {
			method = http.MethodPost
		}
		for _, path := range strings.Split(p.targets, ",") {
			requests = append(requests, artillery.Request{Method: method, URL: strings.TrimSpace(path), Body: body})
		}
	}
	for i, r := range requests {
		if i > 0 && !slices.Equal(r.ExpectStatus, requests[0].ExpectStatus) {
			return errors.New("artillery: scenarios that expect different status codes; run them one by one")
		}
		p.attack.Expect.Status = r.ExpectStatus
		t := attack.Target{URL: join(p.url, r.URL), Method: r.Method, Header: http.Header{}, Body: r.Body}
		for _, h := range []http.Header{r.Header, p.header} { // the command line comes last
			for name, values := range h {
				t.Header[http.CanonicalHeaderKey(name)] = values
			}
		}
		u, err := baseURL(t.URL)
		if err != nil {
			return fmt.Errorf("target %q: %w", r.URL, err)
		}
		t.Name = targetName(r.URL, u)
		for slices.ContainsFunc(p.attack.Targets, func(o attack.Target) bool { return o.Name == t.Name }) {
			if p.test == nil {
				return fmt.Errorf("-targets names %q twice", t.Name)
			}
			t.Name += "'" // artillery's scenarios may share a path
		}
		p.attack.Targets = append(p.attack.Targets, t)
	}
	return p.keepOnly()
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

// join appends a path to a base URL as it is, so that a stage in the base stays.
// A slash at the end of one and the beginning of the other is one slash.
func join(base, path string) string {
	if strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://") {
		return path
	}
	if strings.HasPrefix(path, "/") {
		base = strings.TrimSuffix(base, "/")
	}
	return base + path
}

// targetName is the path without its leading slash and its query.
func targetName(path string, u *url.URL) string {
	if strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://") {
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
