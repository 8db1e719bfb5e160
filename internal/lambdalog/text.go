package lambdalog

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrNotRecord says that a line is none of the platform's: most lines of a log
// are the function's own.
var ErrNotRecord = errors.New("not a line of the Lambda platform")

// The platform's limits are far below these bounds: an invocation lasts 15
// minutes and has 10 GB. They keep arithmetic on a stranger's numbers exact.
const (
	maxMilliseconds = 1e9
	maxMegabytes    = 1e6
)

// xrayPrefix begins the X-Ray line, and the names in [Record.Extra] of its fields.
const xrayPrefix = "XRAY "

// kinds are ordered so that no word is found by a prefix of itself.
var kinds = []Kind{InitStart, InitReport, Start, End, Report, Restore, RestoreReport}

// Parse reads one line of the platform, in the text or the JSON format: a log
// event's whole message, X-Ray line and final newline included or not. The
// error is [ErrNotRecord] for a line that is not the platform's, and names the
// field for one that is but cannot be read.
func Parse(line []byte) (Record, error) {
	line = bytes.TrimRight(line, "\r\n")
	if looksJSON(line) {
		return parseJSON(line)
	}
	for _, kind := range kinds {
		rest, ok := bytes.CutPrefix(line, []byte(kind+" "))
		if !ok || !beginsFields(kind, rest) {
			continue
		}
		r, err := parseText(kind, string(rest))
		if err != nil {
			return Record{}, fmt.Errorf("parse %s line: %w", kind, err)
		}
		return r, nil
	}
	return Record{}, ErrNotRecord
}

// beginsFields says whether the rest of a line is a record's fields. The kind
// alone does not make a line the platform's: a function may print "START of the
// import". START, END and REPORT always name the request first; the other kinds
// begin with any field, or have none.
func beginsFields(kind Kind, rest []byte) bool {
	switch kind {
	case Start, End, Report:
		return bytes.HasPrefix(rest, []byte(fieldRequestID+": "))
	}
	first, _, _ := bytes.Cut(rest, []byte("\t"))
	return len(rest) == 0 || bytes.Contains(first, []byte(": "))
}

func parseText(kind Kind, text string) (Record, error) {
	if !utf8.ValidString(text) {
		return Record{}, errors.New("not UTF-8")
	}
	text, xray, traced := strings.Cut(text, "\n")
	r := Record{Kind: kind}
	seen := map[string]bool{}
	for field := range strings.SplitSeq(strings.TrimRight(text, "\r"), "\t") {
		name, value := cutField(field)
		if kind == Start && name == fieldRequestID {
			// START is the one line with a space between its fields.
			if id, version, ok := strings.Cut(value, " Version: "); ok {
				value = id
				if err := r.set(seen, Version, version); err != nil {
					return Record{}, err
				}
			}
		}
		if field == "" {
			continue
		}
		if err := r.set(seen, name, value); err != nil {
			return Record{}, err
		}
	}
	if traced {
		if !strings.HasPrefix(xray, xrayPrefix) || strings.Contains(xray, "\n") {
			return Record{}, errors.New("a second line that is not X-Ray's")
		}
		for field := range strings.SplitSeq(strings.TrimPrefix(xray, xrayPrefix), "\t") {
			if field == "" {
				continue
			}
			name, value := cutField(field)
			if err := r.set(seen, xrayPrefix+name, value); err != nil {
				return Record{}, err
			}
		}
	}
	return r, r.validate()
}

func cutField(field string) (name, value string) {
	name, value, _ = strings.Cut(field, ": ")
	return name, value
}

// The names of the fields that Record has a place for.
const (
	fieldRequestID             = "RequestId"
	fieldDuration              = "Duration"
	fieldBilledDuration        = "Billed Duration"
	fieldMemorySize            = "Memory Size"
	fieldMaxMemoryUsed         = "Max Memory Used"
	fieldInitDuration          = "Init Duration"
	fieldRestoreDuration       = "Restore Duration"
	fieldBilledRestoreDuration = "Billed Restore Duration"
	fieldPhase                 = "Phase"
	fieldStatus                = "Status"
	fieldErrorType             = "Error Type"
)

// duration returns where the record keeps the duration of that name, or nil.
func (r *Record) duration(name string) **time.Duration {
	switch name {
	case fieldDuration:
		return &r.Duration
	case fieldBilledDuration:
		return &r.BilledDuration
	case fieldInitDuration:
		return &r.InitDuration
	case fieldRestoreDuration:
		return &r.RestoreDuration
	case fieldBilledRestoreDuration:
		return &r.BilledRestoreDuration
	}
	return nil
}

// megabytes returns where the record keeps the memory of that name, or nil.
func (r *Record) megabytes(name string) **int {
	switch name {
	case fieldMemorySize:
		return &r.MemorySizeMB
	case fieldMaxMemoryUsed:
		return &r.MaxMemoryUsedMB
	}
	return nil
}

// word returns where the record keeps the word of that name, or nil.
func (r *Record) word(name string) *string {
	switch name {
	case fieldRequestID:
		return &r.RequestID
	case fieldPhase:
		return &r.Phase
	case fieldStatus:
		return &r.Status
	case fieldErrorType:
		return &r.ErrorType
	}
	return nil
}

func (r *Record) set(seen map[string]bool, name, value string) error {
	if seen[name] {
		return fmt.Errorf("%q is there twice", name)
	}
	seen[name] = true
	if place := r.duration(name); place != nil {
		digits, ok := strings.CutSuffix(value, " ms")
		if !ok {
			return fmt.Errorf("%q is %q, want milliseconds such as 8.40 ms", name, value)
		}
		d, err := parseMilliseconds(digits)
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		*place = &d
		return nil
	}
	if place := r.megabytes(name); place != nil {
		digits, ok := strings.CutSuffix(value, " MB")
		if !ok {
			return fmt.Errorf("%q is %q, want megabytes such as 128 MB", name, value)
		}
		n, err := parseMegabytes(digits)
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		*place = &n
		return nil
	}
	if place := r.word(name); place != nil {
		if name == fieldRequestID && !oneWord(value) {
			return fmt.Errorf("%q is %q, want one word", name, value)
		}
		*place = value
		return nil
	}
	if r.Extra == nil {
		r.Extra = map[string]string{}
	}
	r.Extra[name] = value
	return nil
}

func oneWord(s string) bool { return s != "" && !strings.ContainsAny(s, " \t\r\n") }

// known says whether Record has a place of its own for the field.
func (r *Record) known(name string) bool {
	return r.duration(name) != nil || r.megabytes(name) != nil || r.word(name) != nil
}

func (r Record) validate() error {
	switch r.Kind {
	case Report, Start, End:
		if r.RequestID == "" {
			return fmt.Errorf("%q is missing", fieldRequestID)
		}
	}
	switch r.Kind {
	case Report:
		if r.Duration == nil {
			return fmt.Errorf("%q is missing", fieldDuration)
		}
	case InitReport:
		if r.InitDuration == nil {
			return fmt.Errorf("%q is missing", fieldInitDuration)
		}
	case RestoreReport:
		if r.RestoreDuration == nil {
			return fmt.Errorf("%q is missing", fieldRestoreDuration)
		}
	}
	return nil
}

// parseMilliseconds reads digits with an optional fraction. Signs, exponents
// and words such as NaN, which strconv would take, are none.
func parseMilliseconds(s string) (time.Duration, error) {
	if s == "" || strings.Trim(s, "0123456789.") != "" {
		return 0, fmt.Errorf("%q is not a number of milliseconds", s)
	}
	ms, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number of milliseconds", s)
	}
	return fromMilliseconds(ms)
}

func fromMilliseconds(ms float64) (time.Duration, error) {
	if !(ms >= 0 && ms <= maxMilliseconds) {
		return 0, fmt.Errorf("%v ms is outside 0 to %.0f", ms, maxMilliseconds)
	}
	return time.Duration(math.Round(ms * float64(time.Millisecond))), nil
}

func toMilliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func parseMegabytes(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number of megabytes", s)
	}
	if n > maxMegabytes {
		return 0, fmt.Errorf("%d MB is above %.0f", n, maxMegabytes)
	}
	return int(n), nil
}

// AppendText appends the record in Lambda's text format, without a newline at
// the end: Duration, Init Duration and Restore Duration with two decimals,
// billed durations as whole milliseconds rounded up. A status of success is left
// out, as AWS does. Fields of Extra follow those with a place of their own, in
// the order of their names; a tab or a line break inside a value becomes a
// space, since it would end the field.
func (r Record) AppendText(b []byte) []byte {
	b = append(b, r.Kind...)
	separator := byte(' ')
	field := func(name, value string) {
		b = append(b, separator)
		b = appendField(b, name, value)
		separator = '\t'
	}
	if r.RequestID != "" {
		field(fieldRequestID, r.RequestID)
	}
	for _, name := range []string{fieldDuration, fieldBilledDuration, fieldMemorySize, fieldMaxMemoryUsed, fieldInitDuration, fieldRestoreDuration, fieldBilledRestoreDuration} {
		if place := r.duration(name); place != nil && *place != nil {
			field(name, formatMilliseconds(name, **place))
		} else if place := r.megabytes(name); place != nil && *place != nil {
			field(name, strconv.Itoa(**place)+" MB")
		}
	}
	if version, ok := r.Extra[Version]; ok && r.Kind == Start {
		separator = ' '
		field(Version, version)
	}
	var xray []string
	for _, name := range slices.Sorted(maps.Keys(r.Extra)) {
		switch {
		case strings.HasPrefix(name, xrayPrefix):
			xray = append(xray, name)
		case name == Version && r.Kind == Start:
		default:
			field(name, r.Extra[name])
		}
	}
	if r.Phase != "" {
		field(fieldPhase, r.Phase)
	}
	failed := r.Status != "" && r.Status != "success"
	if failed {
		field(fieldStatus, r.Status)
	}
	if r.ErrorType != "" {
		field(fieldErrorType, r.ErrorType)
	}
	if separator == ' ' {
		b = append(b, ' ') // a line without fields; the space keeps it the platform's
	}
	lastTab := r.Kind == Report && !failed
	if lastTab {
		b = append(b, '\t')
	}
	if len(xray) == 0 {
		return b
	}
	slices.SortStableFunc(xray, func(a, b string) int { return xrayRank(a) - xrayRank(b) })
	b = append(b, '\n')
	for i, name := range xray {
		if i > 0 {
			b = append(b, '\t')
			name = strings.TrimPrefix(name, xrayPrefix)
		}
		b = appendField(b, name, r.Extra[xray[i]])
	}
	if lastTab {
		b = append(b, '\t')
	}
	return b
}

// Text is AppendText as a string, for people and errors.
func (r Record) Text() string { return string(r.AppendText(nil)) }

// The names in [Record.Extra] of the X-Ray line's fields.
const (
	XRayTraceID   = xrayPrefix + "TraceId"
	XRaySegmentID = xrayPrefix + "SegmentId"
	XRaySampled   = xrayPrefix + "Sampled"
)

// The names in [Record.Extra] of what START and INIT_START say.
const (
	Version           = "Version"
	RuntimeVersion    = "Runtime Version"
	RuntimeVersionARN = "Runtime Version ARN"
)

// xrayRank is the order in which AWS writes the X-Ray line.
func xrayRank(name string) int {
	if i := slices.Index([]string{XRayTraceID, XRaySegmentID, XRaySampled}, name); i >= 0 {
		return i
	}
	return 3
}

func formatMilliseconds(name string, d time.Duration) string {
	if name == fieldBilledDuration || name == fieldBilledRestoreDuration {
		return strconv.FormatInt(int64((d+time.Millisecond-1)/time.Millisecond), 10) + " ms"
	}
	const hundredth = 10 * time.Microsecond
	n := int64((d + hundredth/2) / hundredth)
	return fmt.Sprintf("%d.%02d ms", n/100, n%100)
}

// appendField writes what cutField and a split at tabs can take apart again.
func appendField(b []byte, name, value string) []byte {
	if strings.Contains(name, ": ") {
		name = strings.ReplaceAll(name, ":", "_")
	}
	b = appendClean(b, name)
	b = append(b, ": "...)
	return appendClean(b, value)
}

func appendClean(b []byte, s string) []byte {
	for _, c := range []byte(s) {
		if c == '\t' || c == '\n' || c == '\r' {
			c = ' '
		}
		b = append(b, c)
	}
	return b
}
