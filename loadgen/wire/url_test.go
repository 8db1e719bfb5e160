package wire

import "testing"

func TestRedactURL(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing to hide", "https://h:8443/a/b", "https://h:8443/a/b"},
		{"a query", "https://h/a?token=secret", "https://h/a?…"},
		{"a fragment", "https://h/a#secret", "https://h/a#…"},
		{"a query of a path", "/a?token=secret", "/a?…"},
		{"user info", "https://me:secret@h/a", "https://…@h/a"},
		{"user info and a query", "https://me:secret@h?secret", "https://…@h?…"},
		{"a password that is not escaped", "https://me:sec/ret@h/a", "https://…@h/a"},
		{"a password with two @", "https://me:sec@ret@h/a", "https://…@h/a"},
		{"no scheme", "me:secret@h/a", "…@h/a"},
		{"an @ in a path", "/a@b", "/a@b"},
		{"not a URL", "The URL of your API", "The URL of your API"},
		{"empty", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := RedactURL(row.text); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
