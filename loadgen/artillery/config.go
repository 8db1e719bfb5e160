package artillery

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// Settings of config that cannot change a request which has neither templates nor hooks.
var harmless = []string{"apdex", "bundling", "engines", "ensure", "environments", "includeFiles", "name", "payload", "processor", "socketio", "statsInterval", "variables", "ws"}

// harmlessPlugins check, report, or serve templates and steps, which are refused where they stand.
var harmlessPlugins = []string{"apdex", "cloudwatch", "datadog", "ensure", "expect", "fake-data", "fuzzer", "hls", "influxdb", "memory-inspector", "metrics-by-endpoint", "publish-metrics", "slack", "statsd"}

// config reads the section of that name.
func (r *reader) config(n *yaml.Node) {
	for key, value := range r.mapping(n, "config") {
		switch {
		case key.Value == "target":
			if !r.given.Target {
				r.test.Target = value.Value // judged where it is used
			}
		case key.Value == "phases":
			if !r.given.Phases {
				r.phases(value)
			}
		case key.Value == "http":
			r.http(value)
		case key.Value == "tls":
			r.tls(value)
		case key.Value == "defaults":
			r.readDefaults(value, "config.defaults", &r.defaults)
		case key.Value == "plugins":
			r.plugins(value)
		case slices.Contains(harmless, key.Value):
			r.ignore(key, "config.%s", key.Value)
		default:
			r.refuse(key, "config.%s, which may change the requests", key.Value)
		}
	}
}

func (r *reader) plugins(n *yaml.Node) {
	for key, value := range r.mapping(n, "config.plugins") {
		if !slices.Contains(harmlessPlugins, key.Value) {
			r.refuse(key, "the plugin %s, which may change the requests or the connections", key.Value)
			continue
		}
		if key.Value == "expect" {
			r.expects = true
			if resolve(value).Kind == yaml.MappingNode {
				for option, set := range r.mapping(value, "config.plugins.expect") {
					if option.Value == "expectDefault200" && r.flag(set, option.Value) {
						r.refuse(option, "expectDefault200; give -expect-status 200")
					}
				}
			}
		}
		r.ignore(key, "config.plugins.%s", key.Value)
	}
}

func (r *reader) http(n *yaml.Node) {
	for key, value := range r.mapping(n, "config.http") {
		switch key.Value {
		case "timeout":
			if !r.given.Timeout {
				r.test.Timeout = r.duration(value, "config.http.timeout")
			}
		case "pool":
			if r.test.MaxConns = r.whole(value, "config.http.pool"); r.test.MaxConns < 1 {
				r.refuse(value, "config.http.pool %q is not a number of connections", value.Value)
			}
		case "defaults":
			r.readDefaults(value, "config.http.defaults", &r.httpDefaults)
		case "cookieJarOptions", "extendedMetrics", "maxSockets": // of a user's later requests, or of reports
			r.ignore(key, "config.http.%s", key.Value)
		default:
			r.refuse(key, "config.http.%s, which may change the requests", key.Value)
		}
	}
}

func (r *reader) tls(n *yaml.Node) {
	for key, value := range r.mapping(n, "config.tls") {
		if key.Value != "rejectUnauthorized" {
			r.refuse(key, "config.tls.%s", key.Value)
			continue
		}
		r.test.Insecure = !r.flag(value, "config.tls.rejectUnauthorized")
	}
}

// readDefaults adds the headers of every request that a section has.
func (r *reader) readDefaults(n *yaml.Node, section string, into *http.Header) {
	for key, value := range r.mapping(n, section) {
		switch key.Value {
		case "headers":
			if *into == nil {
				*into = http.Header{}
			}
			maps.Copy(*into, r.headers(value))
		case "strictCapture", "think": // of captures and pauses, which there are none of
			r.ignore(key, "%s.%s", section, key.Value)
		default:
			r.refuse(key, "%s.%s", section, key.Value)
		}
	}
}

func (r *reader) phases(n *yaml.Node) {
	r.test.Phases = nil
	for item := range r.list(n, "config.phases") {
		r.phase(item)
	}
}

// phase reads duration with arrivalRate, rampTo or arrivalCount; or a pause.
func (r *reader) phase(n *yaml.Node) {
	var p pace.Phase
	var has [4]bool // which of the keys that say how many arrive
	const rate, ramp, count, pause = 0, 1, 2, 3
	var arrivals int
	process := pace.Constant
	for key, value := range r.mapping(n, "a phase") {
		switch key.Value {
		case "duration":
			p.Duration = r.duration(value, "duration")
		case "arrivalRate":
			p.From, has[rate] = r.number(value, "arrivalRate"), true
		case "rampTo":
			p.To, has[ramp] = r.number(value, "rampTo"), true
		case "arrivalCount":
			arrivals, has[count] = r.whole(value, "arrivalCount"), true
		case "pause":
			p.Duration, has[pause] = r.duration(value, "pause"), true
		case "mode":
			switch value.Value {
			case "uniform":
			case "poisson":
				process = pace.Poisson
			default:
				r.refuse(value, "mode %q of a phase", value.Value)
			}
		case "name":
		default: // maxVusers among them: it would leave arrivals out
			r.refuse(key, "%s of a phase", key.Value)
		}
	}
	if p.Duration <= 0 || p.Duration > 1000*time.Hour {
		r.refuse(n, "a phase without a duration, or with one that is out of range")
		return
	}
	switch has {
	case [4]bool{pause: true}:
		r.test.Phases = append(r.test.Phases, p)
		return
	case [4]bool{count: true}:
		p.From = float64(arrivals) / p.Duration.Seconds()
		p.To = p.From
	case [4]bool{rate: true}:
		p.To = p.From
	case [4]bool{rate: true, ramp: true}:
	default:
		r.refuse(n, "a phase: want arrivalRate, arrivalRate with rampTo, arrivalCount, or pause")
		return
	}
	if r.test.Process != "" && r.test.Process != process {
		r.refuse(n, "phases of different modes")
	}
	r.test.Process = process
	r.test.Phases = append(r.test.Phases, p)
}
