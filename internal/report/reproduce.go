package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// reproduction is what it takes to repeat a run.
type reproduction struct {
	// Command starts a run like it; empty if the manifest does not say how.
	Command string
	// Facts are the run's circumstances, Hashes those of its artefacts.
	Facts, Hashes [][2]string
	Manifest      string
}

func newReproduction(m results.Manifest) reproduction {
	r := reproduction{Command: command(m), Facts: facts(m)}
	for _, name := range slices.Sorted(maps.Keys(m.Artifacts)) {
		r.Hashes = append(r.Hashes, [2]string{name, m.Artifacts[name]})
	}
	if text, err := json.MarshalIndent(m, "", "  "); err == nil {
		r.Manifest = string(text)
	}
	return r
}

// command is the command line of a run like it, in a checkout of its version; empty
// where the record does not have all that it takes, such as a request's body.
func command(m results.Manifest) string {
	s := m.Settings
	switch {
	case m.Tool == "local":
		words := []string{"go run ./local", "-stage " + quoted(m.Stage), fmt.Sprintf("-seed %d", m.Seed)}
		if len(s.Only) > 0 {
			words = append(words, "-only "+quoted(strings.Join(s.Only, ",")))
		}
		if s.SSMLatencyMs != nil {
			words = append(words, fmt.Sprintf("-ssm-latency %gms", *s.SSMLatencyMs))
		}
		return strings.Join(words, " ")
	case m.Tool == "loadgen" && s.URL != "" && s.Trace == "" && len(s.Artillery) == 0 && s.BodyBytes == 0 && len(s.Header) == 0 && len(m.Targets) > 0:
		var targets []string
		for _, name := range m.Targets {
			targets = append(targets, "/"+name)
		}
		words := []string{"go run ./loadgen", "-url " + quoted(s.URL), "-targets " + quoted(strings.Join(targets, ",")), fmt.Sprintf("-seed %d", m.Seed)}
		for _, phase := range s.Phases {
			words = append(words, "-phase "+quoted(phase))
		}
		for _, f := range []struct{ flag, value string }{{"-method", s.Method}, {"-arrivals", s.Arrivals}} {
			if f.value != "" {
				words = append(words, f.flag+" "+quoted(f.value))
			}
		}
		if s.TimeoutMs > 0 {
			words = append(words, fmt.Sprintf("-timeout %gms", s.TimeoutMs))
		}
		if s.Conns > 0 {
			words = append(words, fmt.Sprintf("-rate max -conns %d -duration %gs", s.Conns, s.DurationSeconds))
		}
		return strings.Join(words, " ")
	case m.Platform == deployed.AWS && m.Counts != nil:
		input, err := json.Marshal(struct {
			*results.Counts
			Seed uint64 `json:"seed"`
		}{m.Counts, m.Seed})
		if err != nil {
			return ""
		}
		return `aws stepfunctions start-execution --state-machine-arn "$(pulumi stack output workflowArn --stack ` + quoted(m.Stage) + `)" --input ` + quoted(string(input))
	}
	return ""
}

// quoted is a word of a shell's command line.
func quoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%+=:,./_-", r))
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// facts are the run's circumstances.
func facts(m results.Manifest) [][2]string {
	var all [][2]string
	add := func(name, value string) {
		if value != "" {
			all = append(all, [2]string{name, value})
		}
	}
	add("platform", string(m.Platform))
	add("region", m.Region)
	add("stage", m.Stage)
	add("version", m.Version)
	add("seed", fmt.Sprint(m.Seed))
	for _, name := range slices.Sorted(maps.Keys(m.Machine)) {
		add("machine: "+name, m.Machine[name])
	}
	for _, name := range slices.Sorted(maps.Keys(m.Knobs)) {
		add("enforced: "+name, m.Knobs[name])
	}
	if c := m.Counts; c != nil {
		add("counts", fmt.Sprintf("%d cold and %d warm of each cell and workload, in %s", c.Cold, c.Warm, counted(int64(c.Rounds), "round")))
	}
	for name, value := range m.Settings.Measured() {
		if name == "ssmLatencyMs" {
			name, value = "SSM answers after", value+" ms (a setting)"
		} else {
			name = "setting: " + name
		}
		add(name, value)
	}
	return all
}
