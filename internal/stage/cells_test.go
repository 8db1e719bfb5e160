package stage

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// runtimesOf are the labels of variants, each once, in their order.
func runtimesOf(variants []matrix.Variant) string {
	var labels []string
	for _, v := range variants {
		if !slices.Contains(labels, v.RuntimeLabel()) {
			labels = append(labels, v.RuntimeLabel())
		}
	}
	return strings.Join(labels, " ")
}

func TestBenchmarked(t *testing.T) {
	const defaults = "dotnet8 go java21 nodejs18.x nodejs22.x python3.11 rust"
	for _, row := range []struct {
		name, include, exclude string
		want                   string
		cells                  int
	}{
		{name: "the origins' seven", want: defaults, cells: 14},
		{name: "one runtime more", include: "nodejs24.x", want: "dotnet8 go java21 nodejs18.x nodejs22.x nodejs24.x python3.11 rust", cells: 16},
		{name: "a runtime that is there anyway", include: "go", want: defaults, cells: 14},
		{name: "a language", include: "python", want: "dotnet8 go java21 nodejs18.x nodejs22.x python3.11 python3.12 python3.13 python3.14 rust", cells: 20},
		{name: "a language on one architecture", include: "java,arm64", want: "dotnet8 go java21 java25 nodejs18.x nodejs22.x python3.11 rust", cells: 15},
		{name: "current, and no deprecated one", include: "current", exclude: "nodejs18.x,dotnet8", want: "dotnet10 dotnet-aot go java21 java25 nodejs22.x nodejs24.x python3.11 python3.12 python3.13 python3.14 rust", cells: 24},
		{name: "a program for the bare operating system", include: "dotnet-aot", want: "dotnet8 dotnet-aot go java21 nodejs18.x nodejs22.x python3.11 rust", cells: 16},
		{name: "one of a language's runtimes excluded", include: "dotnet", exclude: "dotnet8,dotnet-aot", want: "dotnet10 go java21 nodejs18.x nodejs22.x python3.11 rust", cells: 14},
		{name: "SnapStart of the default runtimes", include: "snapstart", want: defaults, cells: 18},
		{name: "SnapStart of a runtime more", include: "java25,snapstart", want: "dotnet8 go java21 java25 nodejs18.x nodejs22.x python3.11 rust", cells: 22},
		{name: "SnapStart of all that have it", include: "current,snapstart", exclude: "nodejs18.x,dotnet8", want: "dotnet10 dotnet-aot go java21 java25 nodejs22.x nodejs24.x python3.11 python3.12 python3.13 python3.14 rust", cells: 36},
		{name: "SnapStart on one architecture", include: "snapstart", exclude: "x86_64", want: defaults, cells: 9},
		{name: "SnapStart excluded after all", include: "snapstart", exclude: "snapstart", want: defaults, cells: 14},
		{name: "excluded after all", include: "java25", exclude: "java", want: "dotnet8 go nodejs18.x nodejs22.x python3.11 rust", cells: 12},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := ParseConfig(map[string]string{"include": row.include, "exclude": row.exclude})
			if err != nil {
				t.Fatal(err)
			}
			got := c.Benchmarked()
			if diff := cmp.Diff(row.want, runtimesOf(got)); diff != "" {
				t.Errorf("runtimes (-want +got):\n%s", diff)
			}
			if len(got) != row.cells {
				t.Errorf("%d cells, want %d", len(got), row.cells)
			}
		})
	}
}

// TestCurrentHasASource: the word stands for runtimes that can be deployed, each of
// them as the one who reads the record knows it.
func TestCurrentHasASource(t *testing.T) {
	s, err := ParseSelection(Current)
	if err != nil || len(s) == 0 {
		t.Fatalf("current is %q, %v", s, err)
	}
	for _, id := range s {
		if !slices.ContainsFunc(helloRows(), func(f functions.Function) bool { return slices.Contains(f.AllRuntimes(), id) }) {
			t.Errorf("current has %s, of which there is no source", id)
		}
	}
	if slices.Contains(s, "nodejs18.x") || slices.Contains(s, "nodejs20.x") {
		t.Errorf("current has a runtime that is deprecated: %q", s)
	}
}

func TestIncluding(t *testing.T) {
	for _, row := range []struct{ name, include, only, want string }{
		{name: "nothing"},
		{name: "a runtime", only: "java25,arm64", want: "java25"},
		{name: "a label", only: "dotnet-aot", want: "dotnet-aot"},
		{name: "a default one", only: "java21"},
		{name: "a language", only: "java"},
		{name: "SnapStart", only: "java,snapstart", want: "snapstart"},
		{name: "SnapStart that is included", include: "snapstart", only: "snapstart,java25", want: "snapstart,java25"},
		{name: "beside what is included", include: "python3.14", only: "python3.14,java25", want: "python3.14,java25"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := ParseConfig(map[string]string{"include": row.include})
			if err != nil {
				t.Fatal(err)
			}
			only, err := ParseSelection(row.only)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(c.Including(only).Include, ","); got != row.want {
				t.Errorf("includes %q, want %q", got, row.want)
			}
		})
	}
}

// TestSnapStartBesideThePlainCell: each cell with SnapStart can be compared with the one
// without, and has a runtime that AWS offers it for.
func TestSnapStartBesideThePlainCell(t *testing.T) {
	c, err := ParseConfig(map[string]string{"include": "current,snapstart"})
	if err != nil {
		t.Fatal(err)
	}
	cells := c.Benchmarked()
	with := map[string]bool{}
	for _, v := range cells {
		if v.SnapStart {
			with[v.Runtime] = true
			if !slices.Contains(cells, v.WithoutSnapStart()) {
				t.Errorf("%v is there alone", v)
			}
		}
	}
	want := "dotnet10 dotnet8 java21 java25 python3.12 python3.13 python3.14"
	if got := strings.Join(slices.Sorted(maps.Keys(with)), " "); got != want {
		t.Errorf("SnapStart cells of %s, want %s", got, want)
	}
}
