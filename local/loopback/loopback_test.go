package loopback

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestHost(t *testing.T) {
	for _, tt := range []struct {
		name, header string
		want         bool
	}{
		{"name", "localhost", true},
		{"name and port", "localhost:4566", true},
		{"upper case", "LOCALHOST:80", true},
		{"below localhost", "api.localhost:3000", true},
		{"fully qualified", "localhost.", true},
		{"IPv4", "127.0.0.1", true},
		{"IPv4 and port", "127.0.0.1:1", true},
		{"another IPv4 of the net", "127.255.0.9:1", true},
		{"IPv6", "[::1]", true},
		{"IPv6 and port", "[::1]:8080", true},
		{"nothing", "", false},
		{"a stranger", "evil.example:4566", false},
		{"a stranger that starts like us", "localhost.evil.example", false},
		{"a stranger behind a colon", "localhost:80.evil.example", false},
		{"a stranger that ends like us", "evillocalhost", false},
		{"an address as a label", "127.0.0.1.evil.example", false},
		{"every address", "0.0.0.0:80", false},
		{"private address", "192.168.0.1", false},
		{"IPv6 without brackets", "::1", false},
		{"IPv6 with a zone", "[::1%lo]", false},
		{"IPv4 in brackets", "[127.0.0.1]", false},
		{"unclosed bracket", "[::1", false},
		{"user", "localhost@evil.example", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Host(tt.header); got != tt.want {
				t.Errorf("Host(%q) = %v, want %v", tt.header, got, tt.want)
			}
		})
	}
}

func TestOnly(t *testing.T) {
	h := Only(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for host, want := range map[string]int{"localhost:1": http.StatusTeapot, "evil.example": http.StatusForbidden} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("Host %s: status %d, want %d", host, w.Code, want)
		}
	}
}

// Whatever passes must be a loopback address or end in the reserved name.
func FuzzHost(f *testing.F) {
	for _, seed := range []string{"localhost:1", "127.0.0.1:2", "[::1]:3", "a.localhost", "evil.example:4", "[::1%25lo]:5", ":6"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if !Host(header) {
			return
		}
		host := header
		if h, _, err := net.SplitHostPort(header); err == nil {
			host = h
		}
		host = strings.Trim(host, "[]")
		if ip, err := netip.ParseAddr(host); err == nil {
			if !ip.IsLoopback() {
				t.Errorf("%q passes as the address %s", header, ip)
			}
			return
		}
		if name := strings.ToLower(strings.TrimSuffix(host, ".")); !strings.HasSuffix("."+name, ".localhost") {
			t.Errorf("%q passes as the name %q", header, name)
		}
	})
}
