package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// book takes down how a test of goldens ends.
type book struct {
	testing.TB
	errors []string
}

func (b *book) Helper() {}
func (b *book) Errorf(format string, args ...any) {
	b.errors = append(b.errors, fmt.Sprintf(format, args...))
}
func (b *book) Fatalf(format string, args ...any) {
	b.Errorf(format, args...)
	panic(b)
}

func (b *book) compare(name, got string) {
	defer func() {
		if r := recover(); r != nil && r != b {
			panic(r)
		}
	}()
	Compare(b, name, got)
}

func TestCompare(t *testing.T) {
	tests := []struct {
		name   string
		file   string // "": there is none
		update bool
		want   string // in the only error; "": none
		after  string
	}{
		{name: "the same", file: "text\n", after: "text\n"},
		{name: "another", file: "old\n", want: "differs (-want +got)", after: "old\n"},
		{name: "none", want: "-update writes it"},
		{name: "another, updated", file: "old\n", update: true, after: "text\n"},
		{name: "none, updated", update: true, after: "text\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			path := filepath.Join("testdata", "a.golden")
			if tt.file != "" {
				if err := write(path, []byte(tt.file)); err != nil {
					t.Fatal(err)
				}
			}
			before := *update
			defer func() { *update = before }()
			*update = tt.update
			var b book
			b.compare("a.golden", "text\n")
			switch {
			case tt.want == "" && len(b.errors) > 0:
				t.Errorf("fails: %q", b.errors)
			case tt.want != "" && (len(b.errors) != 1 || !strings.Contains(b.errors[0], tt.want)):
				t.Errorf("fails with %q, want one with %q", b.errors, tt.want)
			}
			if after, _ := os.ReadFile(path); string(after) != tt.after {
				t.Errorf("the file is %q, want %q", after, tt.after)
			}
		})
	}
}
