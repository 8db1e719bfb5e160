package main

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

//go:embed c/*.c
var programs embed.FS

// conns is the number of connections of every closed loop.
const conns = 64

// peer is another load generator.
type peer struct {
	name string
	// target is the ratio of its CPU time per request to ours that we want at least; 0: none.
	plain, tls float64
	// closed and open are its arguments for a closed loop, and for a rate; nil: it cannot.
	// A file that it needs is written to dir.
	closed func(dir, url string, seconds int) []string
	open   func(dir, url string, seconds, rate int) []string
	// fastest is how many requests a second it may be asked for, 0: any.
	fastest int
}

func (p peer) installed() bool {
	_, err := exec.LookPath(p.name)
	return err == nil
}

func d(seconds int) string { return strconv.Itoa(seconds) + "s" }

var c = strconv.Itoa(conns)

var peers = []peer{
	{name: "wrk", plain: 1.0, tls: 1.0,
		closed: func(_, url string, s int) []string { return []string{"-t1", "-c" + c, "-d" + d(s), url} }},
	{name: "wrk2", plain: 1.0, tls: 1.0,
		closed: func(_, url string, s int) []string { return []string{"-t1", "-c" + c, "-d" + d(s), "-R1000000", url} },
		open: func(_, url string, s, rate int) []string {
			return []string{"-t1", "-c" + c, "-d" + d(s), "-R" + strconv.Itoa(rate), url}
		}},
	{name: "ab",
		closed: func(_, url string, s int) []string {
			return []string{"-k", "-q", "-c", c, "-t", strconv.Itoa(s), "-n", "100000000", url}
		}},
	{name: "h2load",
		closed: func(_, url string, s int) []string {
			return []string{"--h1", "-c", c, "-t1", "-D", strconv.Itoa(s), url}
		}},
	{name: "hey", plain: 3, tls: 2.2,
		closed: func(_, url string, s int) []string { return []string{"-c", c, "-z", d(s), url} },
		open: func(_, url string, s, rate int) []string {
			return []string{"-c", "50", "-q", strconv.Itoa(rate / 50), "-z", d(s), url}
		}},
	{name: "fortio", plain: 1.15, tls: 1.0,
		closed: func(_, url string, s int) []string {
			return []string{"load", "-quiet", "-qps", "0", "-c", c, "-t", d(s), "-k", url}
		},
		open: func(_, url string, s, rate int) []string {
			return []string{"load", "-quiet", "-qps", strconv.Itoa(rate), "-uniform", "-c", c, "-t", d(s), "-k", url}
		}},
	{name: "bombardier", plain: 1.15, tls: 1.0,
		closed: func(_, url string, s int) []string { return []string{"-c", c, "-d", d(s), "-k", "--fasthttp", url} },
		open: func(_, url string, s, rate int) []string {
			return []string{"-c", c, "-d", d(s), "-k", "--fasthttp", "-r", strconv.Itoa(rate), url}
		}},
	{name: "vegeta", plain: 3, tls: 2.2,
		closed: func(dir, url string, s int) []string {
			return []string{"attack", "-targets", file(dir, "vegeta.txt", "GET "+url+"\n"), "-insecure", "-http2=false", "-duration", d(s), "-rate", "0", "-max-workers", c, "-output", os.DevNull}
		},
		open: func(dir, url string, s, rate int) []string {
			return []string{"attack", "-targets", file(dir, "vegeta.txt", "GET "+url+"\n"), "-insecure", "-http2=false", "-duration", d(s), "-rate", strconv.Itoa(rate) + "/1s", "-output", os.DevNull}
		}},
	{name: "k6", plain: 7, tls: 5,
		closed: func(dir, url string, s int) []string {
			return k6(dir, url, fmt.Sprintf("executor: 'constant-vus', vus: %s, duration: '%ds'", c, s))
		},
		open: func(dir, url string, s, rate int) []string {
			return k6(dir, url, fmt.Sprintf("executor: 'constant-arrival-rate', rate: %d, timeUnit: '1s', duration: '%ds', preAllocatedVUs: %s, maxVUs: 4000", rate, s, c))
		}},
	{name: "artillery", plain: 60, fastest: 500,
		closed: func(dir, url string, s int) []string { return artillery(dir, url, s, 3000) },
		open:   func(dir, url string, s, rate int) []string { return artillery(dir, url, s, rate) }},
}

func k6(dir, url, scenario string) []string {
	return []string{"run", "-q", "--no-usage-report", "--address", "", file(dir, "k6.js", `import http from 'k6/http';
export const options = { discardResponseBodies: true, insecureSkipTLSVerify: true, scenarios: { s: { `+scenario+` } } };
export default function () { http.get('`+url+`'); }
`)}
}

func artillery(dir, url string, seconds, rate int) []string {
	return []string{"run", "-q", file(dir, "artillery.yaml", fmt.Sprintf(`config:
  target: %q
  tls: { rejectUnauthorized: false }
  phases: [{ duration: %d, arrivalRate: %d }]
scenarios: [{ flow: [{ get: { url: "/" } }] }]
`, url, seconds, rate))}
}

// file writes a peer's input. That it could not is what the peer will say.
func file(dir, name, content string) string {
	path := filepath.Join(dir, name)
	_ = os.WriteFile(path, []byte(content), 0o644)
	return path
}

// ours is the load generator of this repository as one of the peers.
func ours() peer {
	common := func(url string, s int, rate string, more ...string) []string {
		return append([]string{"-url", url, "-targets", "/", "-insecure", "-duration", d(s), "-format", "json", "-rate", rate}, more...)
	}
	return peer{name: "ours",
		closed: func(_, url string, s int) []string { return common(url, s, "max", "-conns", c) },
		open:   func(_, url string, s, rate int) []string { return common(url, s, strconv.Itoa(rate)) }}
}
