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

// LogTarget is the target that a file is the histogram log of.
func LogTarget(file string) (target string, ok bool) {
	name, ok := strings.CutSuffix(file, logSuffix)
	if !ok {
		return "", false
	}
	if target, err := url.PathUnescape(name); err == nil {
		return target, true
	}
	return name, true
}
