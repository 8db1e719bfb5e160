// Package loopback tells requests that were meant for this machine from those
// that a web page has tricked a browser into sending.
//
// Listening on 127.0.0.1 keeps other machines out, not web pages: a name that
// its owner lets resolve to 127.0.0.1 (DNS rebinding) makes the browser of
// this machine carry a stranger's requests here. Such a request still names
// the stranger's host, so its Host header gives it away.
package loopback

import (
	"net/http"
	"net/netip"
	"strings"
)

// Host says whether a Host header, with or without a port, names this machine
// itself: localhost, a name below it, or a loopback address.
func Host(header string) bool {
	host := withoutPort(header)
	if address, ok := strings.CutPrefix(host, "["); ok {
		address, ok = strings.CutSuffix(address, "]")
		ip, err := netip.ParseAddr(address)
		return ok && err == nil && ip.Is6() && ip.Zone() == "" && ip.IsLoopback()
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Is4() && ip.IsLoopback()
	}
	// RFC 6761 reserves localhost and every name below it; a fully qualified name may end in a dot.
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// withoutPort cuts a port off, which is digits only, so that localhost:80.evil.example stays whole.
func withoutPort(header string) string {
	i := strings.LastIndexByte(header, ':')
	if i < 0 || strings.Trim(header[i+1:], "0123456789") != "" {
		return header
	}
	return header[:i]
}

// Only serves requests whose Host header names this machine and answers 403 to the others.
func Only(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !Host(r.Host) {
			http.Error(w, "the Host header must be localhost or a loopback address", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}
