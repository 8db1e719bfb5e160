package matrix

import (
	"slices"
	"testing"
)

func TestGenerationsAreInTheirOrder(t *testing.T) {
	for _, row := range []struct {
		language string
		runtimes []string // in their order
	}{
		{"nodejs", []string{"nodejs8.10", "nodejs18.x", "nodejs22.x", "nodejs24.x"}},
		{"python", []string{"python3.9", "python3.11", "python3.14", "python4.0"}},
		{"dotnet", []string{"dotnet8", "dotnet10", "provided.al2023"}},
		{"java", []string{"java8", "java8.al2", "java21", "java25"}},
		{"other", []string{"", "a", "a0", "a00", "a1", "a01", "a18446744073709551616", "ä1", "ä2"}},
	} {
		t.Run(row.language, func(t *testing.T) {
			var all []Variant
			for _, runtime := range row.runtimes {
				all = append(all, Variant{Language: row.language, Runtime: runtime})
			}
			slices.Reverse(all)
			slices.SortFunc(all, Compare)
			for i, v := range all {
				if v.Runtime != row.runtimes[i] {
					t.Fatalf("%q stands where %q should: %v", v.Runtime, row.runtimes[i], all)
				}
			}
		})
	}
}

// FuzzNatural holds the order to what sorting needs.
func FuzzNatural(f *testing.F) {
	f.Add("python3.9", "python3.11", "python3.011")
	f.Add("", "0", "00")
	f.Add("é1", "e1", "1é")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if natural(a, b) != -natural(b, a) || (natural(a, b) == 0) != (a == b) {
			t.Errorf("%q and %q: %d one way, %d the other", a, b, natural(a, b), natural(b, a))
		}
		if natural(a, b) <= 0 && natural(b, c) <= 0 && natural(a, c) > 0 {
			t.Errorf("%q, %q, %q go round in a circle", a, b, c)
		}
	})
}
