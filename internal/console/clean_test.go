package console

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"plain", "esmodule: 3 ms, p99 µs 日本語", "esmodule: 3 ms, p99 µs 日本語"},
		{"colours", "\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		{"a title of the window", "\x1b]0;owned\x07", `\x1b]0;owned\x07`},
		{"C1", "\u009b31m", `\x9b31m`},
		{"a byte that is not UTF-8", "a\x9bb", `a\x9bb`},
		{"the replacement character itself", "\ufffd", "\ufffd"},
		{"another line", "a\nlocal: b\tc\r", `a\nlocal: b\tc\x0d`},
		{"right to left", "user\u202etxt.exe", `user\u202etxt.exe`},
		{"isolates", "\u2066a\u2069", `\u2066a\u2069`},
		{"zero width", "a\u200bb\ufeff", `a\u200bb\ufeff`},
		{"separators", "a\u2028b\u2029", `a\u2028b\u2029`},
		{"tags", "a\U000e0041", `a\U000e0041`},
		{"delete", "a\x7f", `a\x7f`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Clean(row.text); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	if got := CleanLines("a\x1b\r\nb"); got != "a\\x1b\nb" {
		t.Errorf("lines: %q", got)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b[2Jb\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := Clean(text)
		if !utf8.ValidString(got) || strings.IndexFunc(got, harmful) >= 0 {
			t.Errorf("Clean(%q) = %q", text, got)
		}
		if again := Clean(got); again != got {
			t.Errorf("cleaned again it is %q, was %q", again, got)
		}
	})
}
