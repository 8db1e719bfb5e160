package wire

import "strings"

// RedactURL returns a URL as it may be shown: without user info, query and fragment, which
// may hold secrets. What it leaves out it shows as "…". The text need not be a valid URL.
func RedactURL(text string) string {
	rest := ""
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		text, rest = text[:i], text[i:i+1]+"…"
	}
	scheme, authority, ok := strings.Cut(text, "//")
	if !ok {
		scheme, authority = "", text
	} else {
		scheme += "//"
	}
	// The last @ of all, not of the authority alone: in a password that is not escaped there may be a slash.
	if i := strings.LastIndexByte(authority, '@'); i >= 0 && (ok || !strings.Contains(authority[:i], "/")) {
		authority = "…" + authority[i:]
	}
	return scheme + authority + rest
}
