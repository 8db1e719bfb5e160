package program

import (
	"fmt"
	"regexp"
	"strings"
)

// UnreachableError says that a client could not reach its registry.
type UnreachableError struct {
	// Program is the client: npm.
	Program string
	// Reason is what it said: getaddrinfo ENOTFOUND registry.npmjs.org.
	Reason string
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot reach its registry: %s", e.Program, e.Reason)
}

// reasons match what the clients print about a network that does not work. The
// last group of a match, or else all of it, is the reason.
var reasons = []*regexp.Regexp{
	// npm
	regexp.MustCompile(`(?m)^npm (?:error|ERR!) .*failed, reason: (.+)$`),
	regexp.MustCompile(`(?m)^npm (?:error|ERR!) (?:code|errno) (E(?:AI_AGAIN|CONN\w+|NOTFOUND|TIMEDOUT|HOSTUNREACH|NETUNREACH)|ERR_SOCKET_TIMEOUT)$`),
	// pip
	regexp.MustCompile(`Failed to establish a new connection: (.+?)'\)`),
	regexp.MustCompile(`((?:Connect|Read)TimeoutError\(.+?\))`),
	regexp.MustCompile(`(ProxyError\('.+?)'`),
	// Maven
	regexp.MustCompile(`(Unknown host [^\s:]+)`),
	regexp.MustCompile(`(Connect to \S+ (?:\[[^\]\n]*\] )?failed: [^>\n]*?)(?: ->|\n|$)`),
	regexp.MustCompile(`Could not transfer artifact [^\n]*: ((?:Connect|Connection|Read) (?:refused|timed out|reset)|No route to host|Network is unreachable)`),
	// Go
	regexp.MustCompile(`(dial tcp.*: (?:no such host|connection refused|i/o timeout|network is unreachable|server misbehaving|.*try again))`),
	// cargo and rustup
	regexp.MustCompile(`(Could not resolve host: [^\s)]+|Failed to connect to [^\n]+|Connection timed out after [^\n]+)`),
	regexp.MustCompile(`(error sending request for url \([^)]*\))`),
	// NuGet
	regexp.MustCompile(`NU1301: ([^\n]+)`),
}

// maxReason bounds a reason in bytes: it is part of one sentence.
const maxReason = 200

// Unreachable reads what a client that failed has printed, and returns an error
// if that was the network's fault.
func Unreachable(client, output string) (err *UnreachableError, ok bool) {
	for _, reason := range reasons {
		match := reason.FindStringSubmatch(output)
		if match == nil {
			continue
		}
		text := strings.ToValidUTF8(strings.TrimSpace(match[len(match)-1]), "")
		if len(text) > maxReason {
			text = strings.ToValidUTF8(text[:maxReason], "") + "…"
		}
		return &UnreachableError{Program: client, Reason: text}, true
	}
	return nil, false
}
