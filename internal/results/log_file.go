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
	// UnansweredTag is that of the times after which requests failed without a response.
	UnansweredTag = "unanswered"
	firstTag      = "first:"
)

// FirstTag is the tag of the rows of a histogram log that hold first requests
// of execution environments, by their initialization type; a tag has neither
// commas nor spaces.
func FirstTag(initialization string) string { return firstTag + initialization }

// firstOfTag is the initialization type of the first requests that the rows of a
// tag hold; false for the tags of other things.
func firstOfTag(tag string) (initialization string, ok bool) { return strings.CutPrefix(tag, firstTag) }
