package baseline

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

func TestJudge(t *testing.T) {
	run := func(name string, initMs float64, m results.Manifest) results.Run {
		cell := resultstest.Cell{Starts: 20, Warm: 2, InitMs: initMs, FirstMs: 2, WarmMs: 1, MemoryMB: 70, Version: "22.1"}
		r, err := Read(resultstest.Run{Manifest: m, Cells: map[matrix.Variant]resultstest.Cell{resultstest.Variant("nodejs22.x"): cell}}.Write(t, name))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	local, aws := results.Manifest{Platform: deployed.Local}, results.Manifest{Platform: deployed.AWS}
	earlier := run("run", 100, local)
	notValid := run("not-valid", 150, local)
	notValid.Load = &results.Load{Generator: results.Generator{Faults: []results.Fault{{Kind: results.OtherLoad}}}}
	unnamed := run("new", 150, local)
	unnamed.ID = ""
	for _, row := range []struct {
		name string
		run  results.Run
		code int
		want string
	}{
		{"slower", run("new", 150, local), commandline.Failed, "new against run, of 4 comparisons: 1 slower or more"},
		{"faster", run("new", 50, local), commandline.OK, "1 faster or less"},
		{"of the same name", run("run", 150, local), commandline.Failed, "run against the baseline"},
		{"without a name", unnamed, commandline.Failed, "this run against run"},
		{"not valid", notValid, commandline.NotValid, "not-valid is not valid"},
		{"of another platform", run("new", 150, aws), commandline.NotValid, "those are never compared"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var b strings.Builder
			code, err := Judge(&b, earlier, row.run, verdict.Options{MarginRel: 0.1})
			if err != nil {
				b.WriteString(err.Error())
			}
			if text := strings.Join(strings.Fields(b.String()), " "); code != row.code || !strings.Contains(text, row.want) {
				t.Errorf("code %d, want %d with %q:\n%s", code, row.code, row.want, b.String())
			}
		})
	}
	if _, err := Read(filepath.Join(t.TempDir(), "nowhere")); err == nil || !strings.HasPrefix(err.Error(), "-baseline: read run directory") {
		t.Errorf("the error is %v", err)
	}
}
