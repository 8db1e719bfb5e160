package report

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// The elements of JUnit's XML, as far as CI servers read it.
type (
	junitSuite struct {
		XMLName   xml.Name    `xml:"testsuite"`
		Name      string      `xml:"name,attr"`
		Timestamp string      `xml:"timestamp,attr,omitempty"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitMessage `xml:"failure"`
		Skipped *junitMessage `xml:"skipped"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes the conditions, the cells, and the validity of starts and load test as test cases.
// A breached condition, a failed cell, and starts or a load test that are not valid are failures; a
// condition that is not decided and a cell that was not measured are skipped.
func JUnit(w io.Writer, r results.Run) error {
	r = cleaned(r)
	s := junitSuite{Name: "lambda-benchmark " + r.ID}
	if !r.Manifest.Started.IsZero() {
		s.Timestamp = r.Manifest.Started.UTC().Format("2006-01-02T15:04:05Z")
	}
	for _, t := range r.Thresholds {
		s.add("condition", "fail if "+t.Condition, t.Outcome == results.Breached, t.Outcome == results.NotDecided, string(t.Outcome), ThresholdReason(t))
	}
	for _, v := range r.Variants {
		s.add("cell", v.Variant.String(), v.Status == results.Failed, v.Status == results.Skipped || v.Status == results.Checked, string(v.Status), v.Reason)
	}
	if o := r.OthersCPU; o != nil {
		s.add("starts", "valid", !o.Valid, false, "not valid", OthersCPUText(*o))
	}
	if r.Load != nil {
		s.add("load test", "valid", !r.Load.Generator.Valid, false, "not valid", strings.Join(NotValidReasons(*r.Load), "; "))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(class, name string, failed, skipped bool, message, text string) {
	c := junitCase{Class: class, Name: name}
	switch {
	case failed:
		c.Failure = &junitMessage{message, text}
		s.Failures++
	case skipped:
		c.Skipped = &junitMessage{message, text}
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
	s.Tests++
}
