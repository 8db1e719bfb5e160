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
	// Target is config.target. It need not be a URL: samples hold a sentence there.
	Target string
	// Phases are the rates of each request; nil if the files have none.
	Phases []pace.Phase
	// Process is that of all phases; empty if the files do not say.
	Process pace.Process
	// Requests are the scenarios' requests, one for each scenario.
	Requests []Request
	// Timeout is 0 if the files do not say.
	Timeout time.Duration
	// Insecure says that certificates are not checked.
	Insecure bool
	// Ignored are settings that do not change what is sent, by file and line.
	Ignored []string
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

// File is a file's text with its name for messages.
type File struct {
	Name string
	Data []byte
}

// ReadFiles reads a configuration and scenario files, or one file with both.
func ReadFiles(paths ...string) (*Test, error) {
	var files []File
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("artillery: %w", err)
		}
		files = append(files, File{path, data})
	}
	return Parse(files...)
}

// Parse is ReadFiles of what has been read already.
func Parse(files ...File) (*Test, error) {
	r := &reader{test: &Test{}}
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
	for i := range r.test.Requests {
		for name, values := range r.common {
			if _, ok := r.test.Requests[i].Header[name]; !ok {
				r.test.Requests[i].Header[name] = values
			}
		}
	}
	for i := range r.test.Phases {
		p := &r.test.Phases[i]
		p.From, p.To = p.From/float64(perFile[0]), p.To/float64(perFile[0])
	}
	return r.test, nil
}

// reader collects what the files say and what it has to refuse.
type reader struct {
	test    *Test
	file    string
	configs bool        // this file may have a config
	common  http.Header // of every request that does not set its own
	refused []string
}

// refuse notes a place that cannot be run as it is written.
func (r *reader) refuse(at *yaml.Node, format string, args ...any) {
	r.refused = append(r.refused, r.place(at)+fmt.Sprintf(format, args...))
}

// ignore notes a place that does not change the requests.
func (r *reader) ignore(at *yaml.Node, format string, args ...any) {
	r.test.Ignored = append(r.test.Ignored, r.place(at)+fmt.Sprintf(format, args...))
}

func (r *reader) place(at *yaml.Node) string { return fmt.Sprintf("%s line %d: ", r.file, at.Line) }

func (r *reader) document(data []byte) error {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return err
	}
	if len(root.Content) == 0 {
		return errors.New("the file is empty")
	}
	top := resolve(root.Content[0])
	if top.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want config: and scenarios:", top.Line)
	}
	for key, value := range fields(top) {
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
		default:
			r.ignore(key, "%s", key.Value)
		}
	}
	return nil
}
