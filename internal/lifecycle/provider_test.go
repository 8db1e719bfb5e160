package lifecycle_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
)

// TestProvider holds the data to the table and to go.mod: another version of the
// provider may know other runtimes, and has to be checked.
func TestProvider(t *testing.T) {
	p, table := lifecycle.ReadProvider(), lifecycle.Read()
	if p.Source == "" || p.Checked.IsZero() {
		t.Error("the data do not say where they are from, or when")
	}
	for _, id := range p.Refused {
		if _, ok := table.Find(id); !ok {
			t.Errorf("provider.json has %s, and runtimes.json has not", id)
		}
	}
	if !p.Refuses("nodejs24.x") || p.Refuses("nodejs22.x") {
		t.Error("nodejs24.x is refused, nodejs22.x is not")
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if line := p.Module + " " + p.Version + "\n"; !strings.Contains(string(mod), line) {
		t.Errorf("go.mod has another version than %s: check which runtimes it refuses, and note that in provider.json", strings.TrimSpace(line))
	}
}
