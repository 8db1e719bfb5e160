package artillery

import (
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// config reads the section of that name.
func (r *reader) config(n *yaml.Node) {
	for key, value := range r.mapping(n, "config") {
		switch key.Value {
		case "target":
			r.test.Target = r.text(value, "config.target")
		case "phases":
			r.phases(value)
		case "http":
			r.http(value)
		case "tls":
			r.tls(value)
		case "defaults":
			r.defaults(value)
		default:
			// Variables and processors are used through templates and hooks only, which are refused where they stand.
			r.ignore(key, "config.%s", key.Value)
		}
	}
}

func (r *reader) http(n *yaml.Node) {
	for key, value := range r.mapping(n, "config.http") {
		switch key.Value {
		case "timeout":
			r.test.Timeout = r.duration(value, "config.http.timeout")
		case "defaults":
			r.defaults(value)
		default:
			r.ignore(key, "config.http.%s", key.Value)
		}
	}
}

func (r *reader) tls(n *yaml.Node) {
	for key, value := range r.mapping(n, "config.tls") {
		if key.Value != "rejectUnauthorized" {
			r.refuse(key, "config.tls.%s", key.Value)
			continue
		}
		var reject bool
		if err := value.Decode(&reject); err != nil {
			r.refuse(value, "config.tls.rejectUnauthorized: %q is neither true nor false", value.Value)
		}
		r.test.Insecure = !reject
	}
}

// defaults are the headers of every request.
func (r *reader) defaults(n *yaml.Node) {
	for key, value := range r.mapping(n, "config.defaults") {
		switch key.Value {
		case "headers":
			r.common = r.headers(value)
		default:
			r.refuse(key, "config.defaults.%s", key.Value)
		}
	}
}

func (r *reader) phases(n *yaml.Node) {
	r.test.Phases = nil
	for _, item := range r.list(n, "config.phases") {
		r.phase(item)
	}
}

// phase reads duration with arrivalRate, rampTo or arrivalCount; or a pause.
func (r *reader) phase(n *yaml.Node) {
	var p pace.Phase
	var count float64
	var ramp, pause, counted bool
	process := pace.Constant
	for key, value := range r.mapping(n, "a phase") {
		switch key.Value {
		case "duration":
			p.Duration = r.duration(value, "duration")
		case "arrivalRate":
			p.From = r.number(value, "arrivalRate")
		case "rampTo":
			p.To, ramp = r.number(value, "rampTo"), true
		case "arrivalCount":
			count, counted = r.number(value, "arrivalCount"), true
		case "pause":
			p.Duration, pause = r.duration(value, "pause"), true
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
	switch {
	case pause:
		p.From, p.To = 0, 0
	case counted:
		p.From = count / p.Duration.Seconds()
		p.To = p.From
	case !ramp:
		p.To = p.From
	}
	if !pause {
		if r.test.Process != "" && r.test.Process != process {
			r.refuse(n, "phases of different modes")
		}
		r.test.Process = process
	}
	r.test.Phases = append(r.test.Phases, p)
}
