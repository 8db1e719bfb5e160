// Package client reads whole runs through the stats API: what package statsapi answers, as
// a results.Run.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/statsapi"
)

// The bounds of what a server can make the client do.
const (
	maxPageBytes = 16 << 20 // the API's own bound is 4 MiB
	maxPages     = 1000     // of one list, which is a million samples
	pageLimit    = "1000"   // the API's most
	maxTries     = 6        // of one page
	firstWait    = 250 * time.Millisecond
	longestWait  = 10 * time.Second
	timeout      = 30 * time.Second // of one try
)

// Client reads the API at a base URL.
type Client struct {
	base, key string
	http      *http.Client
}

// New returns a client. The URL is the stack's output statsUrl, and the key is sent to no
// other host: redirects are not followed, and plain HTTP goes to this machine only.
func New(base, key string) (*Client, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("-url: want the stack's output statsUrl, such as https://….execute-api.eu-central-1.amazonaws.com/dev")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("-url: the base URL has neither user info nor query nor fragment; the key is taken from the environment")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("-url: the key would travel to %s unencrypted: want https", u.Host)
	}
	return &Client{base: strings.TrimRight(base, "/"), key: key, http: &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func loopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// Fetch reads a run whole: its manifest, its variants with their series, and the samples
// that have not expired; where some have, the series have their values.
func (c *Client) Fetch(ctx context.Context, id string) (results.Run, error) {
	run, err := c.run(ctx, id)
	if err != nil {
		return results.Run{}, fmt.Errorf("fetch run %.80s: %w", id, err)
	}
	path := "/v1/runs/" + url.PathEscape(id)
	if run.Variants, err = list[results.VariantSummary](ctx, c, path+"/variants", nil); err == nil {
		run.Samples, err = list[results.Sample](ctx, c, path+"/samples", nil)
	}
	if err == nil && len(run.Variants) > 0 && !run.SamplesWhole() {
		run.Variants, err = list[results.VariantSummary](ctx, c, path+"/variants", url.Values{"values": {"true"}})
	}
	if err != nil {
		return results.Run{}, fmt.Errorf("fetch run %s: %w", id, err)
	}
	if err := c.addLoad(ctx, path+"/load", &run); err != nil {
		return results.Run{}, fmt.Errorf("fetch run %s: %w", id, err)
	}
	slices.SortFunc(run.Samples, results.CompareSamples)
	run.OthersCPU = results.SummariseOthersCPU(slices.Values(run.Samples))
	if len(run.Variants) == 0 {
		run.Summarise()
	}
	return run, nil
}

// run is a run without its variants and samples.
func (c *Client) run(ctx context.Context, id string) (results.Run, error) {
	var answer struct {
		ID         string              `json:"id"`
		Manifest   results.Manifest    `json:"manifest"`
		Thresholds []results.Threshold `json:"thresholds"`
	}
	err := c.get(ctx, "/v1/runs/"+url.PathEscape(id), url.Values{"limit": {"1"}}, &answer)
	return results.Run{ID: answer.ID, Manifest: answer.Manifest, Summary: results.Summary{Thresholds: answer.Thresholds}}, err
}

// addLoad gives the run its load test, or the one that is shown beside it.
func (c *Client) addLoad(ctx context.Context, path string, run *results.Run) error {
	var load *results.Load
	var logs []results.TargetLog
	q := url.Values{"limit": {pageLimit}}
	for range maxPages {
		var page statsapi.LoadPage
		if err := c.get(ctx, path, q, &page); err != nil {
			return err
		}
		load, logs = page.Load, append(logs, page.Items...)
		if page.NextToken == "" {
			return run.AddLoad(load, logs)
		}
		q.Set("nextToken", page.NextToken)
	}
	return fmt.Errorf("%s has more than %d pages", path, maxPages)
}

// Latest is the ID of the newest run that is finished.
func (c *Client) Latest(ctx context.Context) (string, error) {
	for run, err := range pages[statsapi.Run](ctx, c, "/v1/runs", url.Values{"since": {"0"}}) {
		if err != nil {
			return "", fmt.Errorf("find the latest run: %w", err)
		}
		if run.Status == results.RunFinished && !run.Interrupted { // a load test alone has no status
			return run.ID, nil
		}
	}
	return "", errors.New("find the latest run: none is finished")
}

// list is a whole list.
func list[T any](ctx context.Context, c *Client, path string, query url.Values) (all []T, err error) {
	for item, err := range pages[T](ctx, c, path, query) {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}

// pages iterates a list page by page. It ends with the first error.
func pages[T any](ctx context.Context, c *Client, path string, query url.Values) func(yield func(T, error) bool) {
	return func(yield func(T, error) bool) {
		q := url.Values{"limit": {pageLimit}}
		for name, values := range query {
			q[name] = values
		}
		for range maxPages {
			var page statsapi.Page[T]
			if err := c.get(ctx, path, q, &page); err != nil {
				yield(*new(T), err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.NextToken == "" {
				return
			}
			q.Set("nextToken", page.NextToken)
		}
		yield(*new(T), fmt.Errorf("%s has more than %d pages", path, maxPages))
	}
}

// get reads one answer. What another try may mend is tried again: throttling, errors of
// the server, and connections that break.
func (c *Client) get(ctx context.Context, path string, query url.Values, into any) error {
	wait := firstWait
	for try := 1; ; try++ {
		again, err := c.try(ctx, path, query, into)
		if err == nil || again == nil || try == maxTries || ctx.Err() != nil {
			return err
		}
		timer := time.NewTimer(min(max(wait, *again), longestWait))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
		wait *= 2
	}
}

// try asks once. Another try is worth it if again is not nil, after that time at least.
func (c *Client) try(ctx context.Context, path string, query url.Values, into any) (again *time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("x-api-key", c.key)
	response, err := c.http.Do(r)
	if err != nil {
		if failed, ok := errors.AsType[*url.Error](err); ok { // it repeats the URL
			err = failed.Err
		}
		return new(time.Duration), fmt.Errorf("GET %s%s: %w", c.base, path, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxPageBytes+1))
	switch {
	case err != nil:
		return new(time.Duration), fmt.Errorf("GET %s%s: %w", c.base, path, err)
	case len(body) > maxPageBytes:
		return nil, fmt.Errorf("GET %s%s: the answer has more than %d MiB", c.base, path, maxPageBytes>>20)
	case response.StatusCode != http.StatusOK:
		return retryAfter(response), fmt.Errorf("GET %s%s: %w", c.base, path, refusal(response.StatusCode, body))
	}
	if err := json.Unmarshal(body, into); err != nil {
		return nil, fmt.Errorf("GET %s%s: the answer is not that of the stats API: %w", c.base, path, err)
	}
	return nil, nil
}

// retryAfter is how long the server asks to be left alone; nil if another try changes nothing.
func retryAfter(r *http.Response) *time.Duration {
	if r.StatusCode != http.StatusTooManyRequests && r.StatusCode < 500 {
		return nil
	}
	seconds, _ := strconv.Atoi(r.Header.Get("Retry-After")) // a date, or nothing, asks for none
	return new(time.Duration(min(max(seconds, 0), int(longestWait/time.Second))) * time.Second)
}

// ErrKey says that the API does not take the key.
var ErrKey = errors.New("the API does not take this key")

// refusal is what an answer that is no success says.
func refusal(status int, body []byte) error {
	if status == http.StatusForbidden || status == http.StatusUnauthorized {
		return ErrKey
	}
	var answer struct{ Error, Message string }
	_ = json.Unmarshal(body, &answer) // the status says enough
	text := answer.Error
	if text == "" {
		text = answer.Message
	}
	return fmt.Errorf("%d %s: %.300s", status, http.StatusText(status), text)
}
