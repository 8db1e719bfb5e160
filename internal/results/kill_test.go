//go:build unix

package results_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

// killVariable makes the test binary a process that writes a run until it is killed.
const killVariable = "RESULTS_TEST_WRITE_UNTIL_KILLED"

func TestMain(m *testing.M) {
	if path := os.Getenv(killVariable); path != "" {
		writeForever(path)
	}
	os.Exit(m.Run())
}

func writeForever(path string) {
	d, err := results.CreateDir(path, results.Manifest{Tool: "local"})
	for i := 0; err == nil; i++ {
		if err = d.Append(resultstest.Sample("run", i)); err == nil && i%10 == 0 {
			err = d.WriteJSON(results.SummaryFile, results.Summary{Variants: []results.VariantSummary{{Status: results.Measured}}})
		}
		if err == nil {
			_, err = fmt.Println(i)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Whenever a run is killed, what it had appended is there, and its files are whole.
func TestAKilledRunIsReadable(t *testing.T) {
	for after := range 12 {
		path := filepath.Join(t.TempDir(), "run")
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), killVariable+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for i := 0; i <= after && lines.Scan(); i++ {
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it says that the process was killed

		r, keys := read(t, path)
		if len(keys) <= after || r.Manifest.Tool != "local" {
			t.Errorf("killed after %d samples: %d are there, manifest %+v", after+1, len(keys), r.Manifest)
		}
		if len(r.Variants) == 0 {
			t.Errorf("killed after %d samples: summary %+v", after+1, r.Summary)
		}
	}
}
