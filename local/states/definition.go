package states

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
)

// Machine is a definition that can be executed. It is immutable and safe for
// concurrent executions.
type Machine struct {
	startAt string
	states  map[string]*state
	timeout time.Duration // 0 is none
}

// state is one state of a machine. Fields that its type does not have are zero.
type state struct {
	name, kind string
	next       string // empty: the machine ends here
	inputPath  optionalPath
	outputPath optionalPath
	resultPath optionalPath

	parameters     template // Parameters, or a Map's ItemSelector
	resultSelector template
	retry          []retrier
	catch          []catcher

	resource string // Task
	timeout  time.Duration

	result    any // Pass
	hasResult bool

	wait waiting

	choices       []choice
	defaultChoice string

	errorText, causeText expression // Fail

	processor      *Machine // Map
	distributed    bool
	itemsPath      path
	maxConcurrency int
	concurrencyAt  *path // instead of maxConcurrency
	// toleratedPercentage of a distributed map's children may fail.
	toleratedPercentage float64
}

type waiting struct {
	seconds     int
	secondsPath *path // instead of seconds
}

type retrier struct {
	errors      []string
	interval    time.Duration
	maxDelay    time.Duration
	maxAttempts int
	backoff     float64
	jitter      bool
}

type catcher struct {
	errors     []string
	next       string
	resultPath optionalPath
}

// optionalPath is a path field: absent means "$", null means discard.
type optionalPath struct {
	path
	discard bool
}

// LambdaInvoke is the only resource that a Task may name.
const LambdaInvoke = "arn:aws:states:::lambda:invoke"

// Parse reads a definition in Amazon States Language. Every state, field and
// value that is not supported is an error that names it.
func Parse(definition []byte) (*Machine, error) {
	fields, err := object(definition)
	if err != nil {
		return nil, fmt.Errorf("parse state machine: %w", err)
	}
	m, err := parseMachine(fields, "Comment", "Version", "TimeoutSeconds", "QueryLanguage")
	if err != nil {
		return nil, fmt.Errorf("parse state machine: %w", err)
	}
	if err := m.checkNames(map[string]bool{}); err != nil {
		return nil, fmt.Errorf("parse state machine: %w", err)
	}
	return m, nil
}

func object(data []byte) (map[string]any, error) {
	var v any
	if err := exactjson.Unmarshal(data, &v); err != nil {
		return nil, err
	}
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("not a JSON object")
	}
	return fields, nil
}

func parseMachine(fields map[string]any, extra ...string) (*Machine, error) {
	r := reader{fields: fields}
	r.known(append(extra, "StartAt", "States")...)
	m := &Machine{startAt: r.str("StartAt"), states: map[string]*state{}, timeout: r.seconds("TimeoutSeconds")}
	if v := r.str("QueryLanguage"); v != "" && v != "JSONPath" {
		r.fail("QueryLanguage %q is not supported: only JSONPath is", v)
	}
	if v := r.str("Version"); v != "" && v != "1.0" {
		r.fail("Version %q is not supported: only 1.0 is", v)
	}
	list := r.object("States")
	if r.err != nil {
		return nil, r.err
	}
	for _, name := range slices.Sorted(maps.Keys(list)) {
		body, ok := list[name].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("state %q: not a JSON object", name)
		}
		s, err := parseState(name, body)
		if err != nil {
			return nil, fmt.Errorf("state %q: %w", name, err)
		}
		m.states[name] = s
	}
	return m, m.checkTargets()
}

// checkTargets refuses transitions to states that do not exist and states that
// nothing leads to, as Step Functions does.
func (m *Machine) checkTargets() error {
	if m.states[m.startAt] == nil {
		return fmt.Errorf("StartAt: there is no state %q", m.startAt)
	}
	reached := map[string]bool{m.startAt: true}
	queue := []string{m.startAt}
	for len(queue) > 0 {
		s := m.states[queue[0]]
		queue = queue[1:]
		for field, target := range s.targets() {
			if m.states[target] == nil {
				return fmt.Errorf("state %q: %s: there is no state %q", s.name, field, target)
			}
			if !reached[target] {
				reached[target] = true
				queue = append(queue, target)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.states)) {
		if !reached[name] {
			return fmt.Errorf("state %q: no transition leads to it", name)
		}
	}
	return nil
}

// maxNameLength is Step Functions' limit on the name of a state, in characters.
const maxNameLength = 80

// checkNames refuses names that are too long, and those that a machine inside
// this one has as well. taken are the names so far.
func (m *Machine) checkNames(taken map[string]bool) error {
	for _, name := range slices.Sorted(maps.Keys(m.states)) {
		s := m.states[name]
		if n := utf8.RuneCountInString(name); n > maxNameLength {
			return fmt.Errorf("state %q: the name has %d characters: %d are possible", name, n, maxNameLength)
		}
		if taken[name] {
			return fmt.Errorf("state %q: another state, in or around this machine, has the name too", name)
		}
		taken[name] = true
		if s.processor != nil {
			if err := s.processor.checkNames(taken); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *state) targets() func(yield func(field, target string) bool) {
	return func(yield func(field, target string) bool) {
		if s.next != "" && !yield("Next", s.next) {
			return
		}
		for i, c := range s.choices {
			if !yield(fmt.Sprintf("Choices[%d].Next", i), c.next) {
				return
			}
		}
		if s.defaultChoice != "" && !yield("Default", s.defaultChoice) {
			return
		}
		for i, c := range s.catch {
			if !yield(fmt.Sprintf("Catch[%d].Next", i), c.next) {
				return
			}
		}
	}
}

// fieldsOf says which fields each type of state may have, beside Type and Comment.
var fieldsOf = map[string][]string{
	"Task":    {"Next", "End", "InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Retry", "Catch", "Resource", "TimeoutSeconds"},
	"Pass":    {"Next", "End", "InputPath", "OutputPath", "ResultPath", "Parameters", "Result"},
	"Wait":    {"Next", "End", "InputPath", "OutputPath", "Seconds", "SecondsPath"},
	"Choice":  {"InputPath", "OutputPath", "Choices", "Default"},
	"Succeed": {"InputPath", "OutputPath"},
	"Fail":    {"Error", "Cause", "ErrorPath", "CausePath"},
	"Map": {"Next", "End", "InputPath", "OutputPath", "ResultPath", "ResultSelector", "Retry", "Catch", "ItemProcessor", "ItemsPath",
		"ItemSelector", "MaxConcurrency", "MaxConcurrencyPath", "ToleratedFailurePercentage"},
}

func parseState(name string, fields map[string]any) (*state, error) {
	r := reader{fields: fields}
	s := &state{name: name, kind: r.str("Type")}
	allowed, ok := fieldsOf[s.kind]
	if !ok {
		return nil, fmt.Errorf("Type %q is not supported", s.kind)
	}
	r.known(append(slices.Clone(allowed), "Type", "Comment")...)
	s.next = r.str("Next")
	s.inputPath, s.outputPath, s.resultPath = r.path("InputPath"), r.path("OutputPath"), r.resultPath()
	s.parameters, s.resultSelector = r.template("Parameters"), r.template("ResultSelector")
	s.retry, s.catch = r.retriers(), r.catchers()
	if slices.Contains(allowed, "End") && r.boolean("End") == (s.next != "") {
		r.fail("one of Next and End must be there, and only one")
	}
	switch s.kind {
	case "Task":
		if s.resource = r.str("Resource"); s.resource != LambdaInvoke {
			r.fail("Resource %q is not supported: only %s is", s.resource, LambdaInvoke)
		}
		s.timeout = r.seconds("TimeoutSeconds")
	case "Pass":
		s.result, s.hasResult = fields["Result"]
	case "Wait":
		r.waiting(&s.wait)
	case "Choice":
		r.choices(s)
	case "Fail":
		s.errorText, s.causeText = r.text("Error"), r.text("Cause")
	case "Map":
		r.mapState(s)
	}
	return s, r.err
}

func (r *reader) retriers() []retrier {
	var all []retrier
	for i, fields := range r.list("Retry") {
		inner := reader{fields: fields}
		inner.known("Comment", "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy")
		t := retrier{
			errors:      inner.errorNames(),
			interval:    time.Duration(inner.whole("IntervalSeconds", 1, 1, maxSeconds)) * time.Second,
			maxAttempts: inner.whole("MaxAttempts", 3, 0, maxSeconds),
			backoff:     inner.number("BackoffRate", 2, 1, 1e6),
			maxDelay:    time.Duration(inner.whole("MaxDelaySeconds", 31_622_400, 1, 31_622_400)) * time.Second,
		}
		switch strategy := inner.str("JitterStrategy"); strategy {
		case "", "NONE":
		case "FULL":
			t.jitter = true
		default:
			inner.fail("JitterStrategy %q is neither FULL nor NONE", strategy)
		}
		if inner.err != nil {
			r.fail("Retry[%d]: %w", i, inner.err)
		}
		all = append(all, t)
	}
	for i, t := range all {
		if slices.Contains(t.errors, ErrAll) && i != len(all)-1 {
			r.fail("Retry[%d]: %s must come last", i, ErrAll)
		}
	}
	return all
}

func (r *reader) catchers() []catcher {
	var all []catcher
	for i, fields := range r.list("Catch") {
		inner := reader{fields: fields}
		inner.known("Comment", "ErrorEquals", "Next", "ResultPath")
		c := catcher{errors: inner.errorNames(), next: inner.str("Next"), resultPath: inner.resultPath()}
		if c.next == "" {
			inner.fail("Next is missing")
		}
		if inner.err != nil {
			r.fail("Catch[%d]: %w", i, inner.err)
		}
		all = append(all, c)
	}
	for i, c := range all {
		if slices.Contains(c.errors, ErrAll) && i != len(all)-1 {
			r.fail("Catch[%d]: %s must come last", i, ErrAll)
		}
	}
	return all
}

func (r *reader) waiting(w *waiting) {
	_, bySeconds := r.fields["Seconds"]
	_, byPath := r.fields["SecondsPath"]
	if bySeconds == byPath {
		r.fail("one of Seconds and SecondsPath must be there, and only one")
	}
	w.seconds = r.whole("Seconds", 0, 0, maxSeconds)
	if byPath {
		w.secondsPath = r.singlePath("SecondsPath")
	}
}

func (r *reader) choices(s *state) {
	s.defaultChoice = r.str("Default")
	for i, rule := range r.list("Choices") {
		next, ok := rule["Next"].(string)
		if !ok {
			r.fail("Choices[%d]: Next is missing", i)
			return
		}
		bare := maps.Clone(rule)
		delete(bare, "Next")
		delete(bare, "Comment")
		c, err := parseCondition(bare)
		if err != nil {
			r.fail("Choices[%d]: %w", i, err)
			return
		}
		s.choices = append(s.choices, choice{condition: c, next: next})
	}
	if len(s.choices) == 0 {
		r.fail("Choices has no rule")
	}
}

func (r *reader) mapState(s *state) {
	processor := r.object("ItemProcessor")
	config, _ := processor["ProcessorConfig"].(map[string]any)
	inner := reader{fields: config}
	inner.known("Mode", "ExecutionType")
	switch mode := inner.str("Mode"); mode {
	case "", "INLINE":
	case "DISTRIBUTED":
		s.distributed = true
		if kind := inner.str("ExecutionType"); kind != "STANDARD" {
			inner.fail("ExecutionType %q is not supported: only STANDARD is", kind)
		}
	default:
		inner.fail("Mode %q is not supported", mode)
	}
	if inner.err != nil {
		r.fail("ItemProcessor: ProcessorConfig: %w", inner.err)
	}
	if r.err != nil {
		return
	}
	m, err := parseMachine(processor, "Comment", "ProcessorConfig")
	if err != nil {
		r.fail("ItemProcessor: %w", err)
	}
	s.processor = m
	s.itemsPath = path{text: "$"}
	if _, there := r.fields["ItemsPath"]; there {
		s.itemsPath = *r.singlePath("ItemsPath")
	}
	s.parameters = r.template("ItemSelector")
	s.maxConcurrency = r.whole("MaxConcurrency", 0, 0, maxSeconds)
	if _, there := r.fields["MaxConcurrencyPath"]; there {
		if _, both := r.fields["MaxConcurrency"]; both {
			r.fail("MaxConcurrency and MaxConcurrencyPath are both there")
		}
		s.concurrencyAt = r.singlePath("MaxConcurrencyPath")
	}
	_, tolerant := r.fields["ToleratedFailurePercentage"]
	s.toleratedPercentage = r.number("ToleratedFailurePercentage", 0, 0, 100)
	if tolerant && !s.distributed {
		r.fail("ToleratedFailurePercentage belongs to distributed maps")
	}
	if tolerant && !s.resultPath.discard {
		// What AWS puts in the place of a failed child's output is not documented.
		r.fail("a map that tolerates failures must discard its result: set ResultPath to null")
	}
}
