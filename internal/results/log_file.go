package results

import (
	"net/url"
	"strings"
)

const logSuffix = ".hlog"

// LogFile is the name of a target's histogram log in a run directory. A target
// is called by its path, and what no file may be called is escaped.
func LogFile(target string) string {
	// PathEscape leaves these, which Windows forbids or which are hidden elsewhere.
	return strings.NewReplacer(":", "%3A", "*", "%2A").Replace(url.PathEscape(target)) + logSuffix
}

// logTarget is the target that a file is the histogram log of.
func logTarget(file string) (target string, ok bool) {
	name, ok := strings.CutSuffix(file, logSuffix)
	if !ok {
		return "", false
	}
	if target, err := url.PathUnescape(name); err == nil {
		return target, true
	}
	return name, true
}

// The tags of the rows of a histogram log that hold other clocks than latency,
// whose rows have none.
const (
	ServiceTag   = "service"
	FirstByteTag = "firstByte"
	ConnectTag   = "connect"

	unansweredTag = "unanswered"
)

// UnansweredTag is the tag of the rows that hold the times after which requests failed
// without a response, by the clock whose own rows have the given tag.
func UnansweredTag(clock string) string {
	if clock == "" {
		return unansweredTag
	}
	return unansweredTag + ":" + clock
}

// Tag is the tag of the rows that hold the latencies of a class. It has neither commas
// nor spaces, as initialization types have none.
func (k ClassKey) Tag() string { return k.Environment + ":" + k.Initialization }

// ServiceTag is the tag of the rows that hold the service times of a class.
func (k ClassKey) ServiceTag() string { return k.Tag() + ":" + ServiceTag }

// classOfTag is the class that the rows of a tag hold; false for the tags of other things.
func classOfTag(tag string) (key ClassKey, service, ok bool) {
	environment, initialization, ok := strings.Cut(tag, ":")
	if !ok || environment != FirstInvocation && environment != LaterInvocations {
		return ClassKey{}, false, false
	}
	initialization, service = strings.CutSuffix(initialization, ":"+ServiceTag)
	return ClassKey{environment, initialization}, service, true
}
