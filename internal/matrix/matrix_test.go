package matrix_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// TestGroupsAreReplaced: what is stored of a selection does not change its meaning when
// the group does.
func TestGroupsAreReplaced(t *testing.T) {
	s, err := matrix.ParseSelection("java21, new", functions.Catalogue(), matrix.Groups{"new": {"go", "java21"}})
	if err != nil || !slices.Equal(s, matrix.Selection{"java21", "go"}) {
		t.Errorf("selection %q, error %v; want java21 once, and go", s, err)
	}
}

func TestSelection(t *testing.T) {
	v := matrix.Variant{Function: "hello", Language: "java", Runtime: "java21", Architecture: functions.ARM64, MemoryMB: 512}
	for _, row := range []struct {
		list       string
		snapStart  bool
		has, keeps bool
		err        string
	}{
		{list: "", has: false, keeps: true},
		{list: "java", has: true, keeps: true},
		{list: "java21", has: true, keeps: true},
		{list: "go", has: false, keeps: false},
		{list: "arm64", has: true, keeps: true},
		{list: "x86_64", has: false, keeps: false},
		{list: "java, arm64", has: true, keeps: true},
		{list: "java,x86_64", has: true, keeps: false},
		{list: "go,arm64", has: true, keeps: false},
		{list: "go,java,x86_64,arm64", has: true, keeps: true},
		{list: "new", has: true, keeps: true},
		{list: "new,x86_64", has: true, keeps: false},
		{list: "snapstart", has: false, keeps: false},
		{list: "java,snapstart", has: true, keeps: false},
		{list: "snapstart", snapStart: true, has: true, keeps: true},
		{list: "java", snapStart: true, has: true, keeps: true},
		{list: "java,snapstart", snapStart: true, has: true, keeps: true},
		{list: "go,snapstart", snapStart: true, has: true, keeps: false},
		{list: "x86_64,snapstart", snapStart: true, has: true, keeps: false},
		{list: "jaba", err: `"jaba" is no runtime, language or architecture: choose from arm64, dotnet, dotnet-aot, dotnet10, dotnet8, go, `},
	} {
		v := v
		v.SnapStart = row.snapStart
		t.Run(fmt.Sprintf("%s of %v", row.list, v), func(t *testing.T) {
			s, err := matrix.ParseSelection(row.list, functions.Catalogue(), matrix.Groups{"new": {"go", "java21"}})
			if row.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), row.err) {
					t.Errorf("error is %v, want %s", err, row.err)
				}
				return
			}
			if err != nil || s.Has(v) != row.has || s.Keeps(v) != row.keeps {
				t.Errorf("has %v, keeps %v, error %v; want %v and %v", s.Has(v), s.Keeps(v), err, row.has, row.keeps)
			}
		})
	}
}

// TestNames holds the names of the catalogue's variants to be different and short
// enough for AWS.
func TestNames(t *testing.T) {
	seen := map[string]matrix.Variant{}
	for _, f := range functions.Catalogue() {
		for _, v := range withSnapStart(matrix.Expand(f, []int{128, 10240})) {
			if other, ok := seen[v.Name()]; ok {
				t.Errorf("%v and %v are both called %s", other, v, v.Name())
			}
			seen[v.Name()] = v
			if strings.Trim(v.Name(), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
				t.Errorf("%v is called %s", v, v.Name())
			}
		}
	}
}

// withSnapStart adds to each variant the one with SnapStart.
func withSnapStart(variants []matrix.Variant) (all []matrix.Variant) {
	for _, v := range variants {
		all = append(all, v)
		v.SnapStart = true
		all = append(all, v)
	}
	return all
}

// TestSnapStartIsIdentity: a cell with SnapStart is another one than the cell without, in
// its name, for people, in order and in JSON, and a cell without is written as before.
func TestSnapStartIsIdentity(t *testing.T) {
	plain := matrix.Variant{Function: "hello", Language: "java", Runtime: "java21", Architecture: functions.ARM64, MemoryMB: 512}
	snap := plain
	snap.SnapStart = true
	if snap == plain || snap.WithoutSnapStart() != plain || plain.WithoutSnapStart() != plain {
		t.Errorf("%v and %v are not told apart", plain, snap)
	}
	if matrix.Compare(plain, snap) != -1 || matrix.Compare(snap, plain) != 1 || matrix.Compare(snap, snap) != 0 {
		t.Errorf("%v does not follow %v", snap, plain)
	}
	for v, want := range map[matrix.Variant][3]string{
		plain: {"hello-java21-arm64-512", "hello java21 arm64 512 MB", `{"function":"hello","language":"java","runtime":"java21","architecture":"arm64","memoryMB":512}`},
		snap:  {"hello-java21-arm64-512-snapstart", "hello java21 arm64 512 MB SnapStart", `{"function":"hello","language":"java","runtime":"java21","architecture":"arm64","memoryMB":512,"snapStart":true}`},
	} {
		text, err := json.Marshal(v)
		if got := [3]string{v.Name(), v.String(), string(text)}; err != nil || got != want {
			t.Errorf("name, text and JSON are %q (%v), want %q", got, err, want)
		}
	}
}
