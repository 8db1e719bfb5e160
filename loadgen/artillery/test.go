package artillery

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// Test is what the files say.
type Test struct {
	// Target is config.target. It need not be a URL: samples hold a sentence or a template there.
	Target string
	// Phases are the rates of all requests together.
	Phases []pace.Phase
	// Process is that of all phases.
	Process pace.Process
	// Requests are the scenarios' requests, one for each scenario.
	Requests []Request
	// Timeout is 0 if the files do not say.
	Timeout time.Duration
	// MaxConns bounds the connections; 0 if the files do not say.
	MaxConns int
	// Insecure says that certificates are not checked.
	Insecure bool
	// Ignored are settings that do not change what is sent, by file and line.
	Ignored []string
	// Differences say what artillery would do otherwise with these files.
	Differences []string
}

// Request is one scenario's request.
type Request struct {
	// Scenario is its name; empty if it has none.
	Scenario string
	Method   string
	// URL is a path to be appended to the target, or a whole URL.
	URL    string
	Header http.Header
	Body   []byte
	// ExpectStatus are the codes that the expect plugin was to accept; nil if it was not asked.
	ExpectStatus []int
}

// Given says what the caller has decided. The files' words about it are not read, so that a
// template there does not matter.
type Given struct{ Target, Phases, Timeout bool }

// File is a file's text with its name for messages.
type File struct {
	Name string
	Data []byte
}

// ReadFiles reads a configuration and scenario files, or one file with both.
func ReadFiles(given Given, paths ...string) (*Test, error) {
	var files []File
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("artillery: %w", err)
		}
		files = append(files, File{path, data})
	}
	return Parse(given, files...)
}

// Parse is ReadFiles of what has been read already.
func Parse(given Given, files ...File) (*Test, error) {
	r := &reader{test: &Test{}, given: given}
	var perFile []int
	for i, f := range files {
		r.file = f.Name
		r.configs = i == 0 || len(files) == 2
		before := len(r.test.Requests)
		if err := r.document(f.Data); err != nil {
			return nil, fmt.Errorf("artillery: %s: %w", f.Name, err)
		}
		if n := len(r.test.Requests) - before; n > 0 {
			perFile = append(perFile, n)
		}
	}
	switch {
	case len(r.refused) > 0:
		return nil, fmt.Errorf("artillery: this is not supported, and leaving it out would be another test:\n  %s", strings.Join(r.refused, "\n  "))
	case len(perFile) == 0:
		return nil, errors.New("artillery: no scenario in the files; name a scenario file behind the configuration")
	case slices.Min(perFile) != slices.Max(perFile):
		return nil, errors.New("artillery: the files have different numbers of scenarios, which would give them different rates; run them one by one")
	}
	r.finish(len(perFile))
	return r.test, nil
}

// finish gives the requests the headers that they have in common and the phases the rate of
// all files together.
func (r *reader) finish(files int) {
	for i := range r.test.Requests {
		header := r.test.Requests[i].Header
		for _, defaults := range []http.Header{r.httpDefaults, r.defaults} { // the first that has a header counts
			for name, values := range defaults {
				if _, ok := header[name]; !ok {
					header[name] = values
				}
			}
		}
	}
	if len(r.test.Phases) == 0 && !r.given.Phases {
		r.test.Phases = pace.At(1, time.Second) // artillery sends one virtual user then
	}
	if r.test.Process == "" {
		r.test.Process = pace.Constant
	}
	for i := range r.test.Phases {
		p := &r.test.Phases[i]
		p.From, p.To = p.From*float64(files), p.To*float64(files)
	}
	r.test.Differences = append(r.test.Differences,
		"connections are used again: artillery makes one for each virtual user, as -header 'Connection: close' does")
	if r.expected && !r.expects {
		r.test.Differences = append(r.test.Differences, "expect is checked: artillery checks it only with config.plugins.expect")
	}
	if r.follows {
		r.test.Differences = append(r.test.Differences, "redirects are answers and are not followed: artillery follows them unless followRedirect is false")
	}
}

const (
	// mostNodes bounds what aliases can make of a file.
	mostNodes = 100_000
	// mostRefused bounds how many refusals are shown.
	mostRefused = 20
)

// reader collects what the files say and what it has to refuse.
type reader struct {
	test    *Test
	given   Given
	file    string
	configs bool // this file may have a config
	nodes   int  // visited so far

	// Headers of every request that does not set its own: those of config.http.defaults and of config.defaults.
	httpDefaults, defaults http.Header
	follows                bool // a request would follow redirects
	expected, expects      bool // a request has expectations; the plugin that checks them is there

	refused []string
}

// refuse notes a place that cannot be run as it is written.
func (r *reader) refuse(at *yaml.Node, format string, args ...any) {
	switch n := len(r.refused); {
	case n < mostRefused:
		r.refused = append(r.refused, r.place(at)+fmt.Sprintf(format, args...))
	case n == mostRefused:
		r.refused = append(r.refused, "... and more")
	}
}

// ignore notes a place that does not change the requests.
func (r *reader) ignore(at *yaml.Node, format string, args ...any) {
	r.test.Ignored = append(r.test.Ignored, r.place(at)+fmt.Sprintf(format, args...))
}

func (r *reader) place(at *yaml.Node) string { return fmt.Sprintf("%s line %d: ", r.file, at.Line) }

func (r *reader) document(data []byte) error {
	top, err := parseDocument(data)
	if err != nil {
		return err
	}
	for key, value := range r.mapping(top, "a file") {
		switch key.Value {
		case "config":
			if !r.configs {
				r.refuse(key, "config: with several scenario files, only the first file may have one")
				continue
			}
			r.config(value)
		case "scenarios":
			r.scenarios(value)
		case "before", "after":
			r.refuse(key, "%s", key.Value)
		default: // artillery reads no other key; it may hold an anchor that others refer to
			r.ignore(key, "%s", key.Value)
		}
	}
	if r.nodes > mostNodes {
		return fmt.Errorf("its aliases make more than %d values of it", mostNodes)
	}
	return nil
}
