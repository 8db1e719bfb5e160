package logs

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestFilter(t *testing.T) {
	s := NewStore("")
	a, b := newStream(t, s, "g", "2026/11/25/[1]a"), newStream(t, s, "g", "2026/11/25/[2]b")
	a.Append(noon.Add(1*time.Second), []byte("a1"))
	b.Append(noon.Add(2*time.Second), []byte("b2"))
	a.Append(noon.Add(3*time.Second), []byte("a3"))
	b.Append(noon.Add(3*time.Second), []byte("b3"))
	a.Append(noon, []byte("a0")) // late
	for name, test := range map[string]struct {
		query Query
		want  string
	}{
		"all, by time":         {Query{}, "a0 a1 b2 a3 b3"},
		"from is inclusive":    {Query{From: noon.Add(2 * time.Second)}, "b2 a3 b3"},
		"from within a milli":  {Query{From: noon.Add(2*time.Second + 999*time.Microsecond)}, "b2 a3 b3"},
		"to is inclusive":      {Query{To: noon.Add(2 * time.Second)}, "a0 a1 b2"},
		"a window":             {Query{From: noon.Add(time.Second), To: noon.Add(2 * time.Second)}, "a1 b2"},
		"one stream":           {Query{Streams: []string{"2026/11/25/[1]a"}}, "a0 a1 a3"},
		"a prefix":             {Query{StreamPrefix: "2026/11/25/[2]"}, "b2 b3"},
		"no such stream":       {Query{Streams: []string{"c"}}, ""},
		"a term":               {Query{Filter: "3"}, "a3 b3"},
		"two terms":            {Query{Filter: "a 3"}, "a3"},
		"a term and not other": {Query{Filter: "a -3"}, "a0 a1"},
	} {
		t.Run(name, func(t *testing.T) {
			test.query.Group = "g"
			events, next, err := s.Filter(test.query)
			if err != nil || next != "" {
				t.Fatalf("Filter: next %q, %v", next, err)
			}
			if got := messages(events); got != test.want {
				t.Errorf("messages = %s, want %s", got, test.want)
			}
		})
	}
}

func TestFilterPages(t *testing.T) {
	s := NewStore("")
	a, b := newStream(t, s, "g", "a"), newStream(t, s, "g", "b")
	for range 3 {
		a.Append(noon, []byte("a"))
		b.Append(noon, []byte("b"))
		a.Append(noon.Add(time.Second), []byte("later"))
	}
	var pages []string
	ids := map[string]bool{}
	for token := ""; ; {
		events, next, err := s.Filter(Query{Group: "g", Limit: 2, NextToken: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if ids[e.ID] || len(e.ID) != 56 {
				t.Errorf("id %s: twice, or not of 56 digits", e.ID)
			}
			ids[e.ID] = true
		}
		pages = append(pages, messages(events))
		if token = next; token == "" {
			break
		}
	}
	if got, want := strings.Join(pages, " | "), "a b | a b | a b | later later | later"; got != want {
		t.Errorf("pages = %s, want %s", got, want)
	}
}

func TestFilterErrors(t *testing.T) {
	s := NewStore("")
	newStream(t, s, "g", "s")
	for name, test := range map[string]struct {
		query Query
		want  string
	}{
		"no group":           {Query{Group: "none"}, "does not exist"},
		"token of another":   {Query{Group: "g", NextToken: "x"}, "nextToken"},
		"token and more":     {Query{Group: "g", NextToken: "1-2 "}, "nextToken"},
		"names and a prefix": {Query{Group: "g", Streams: []string{"s"}, StreamPrefix: "s"}, "not by both"},
		"JSON pattern":       {Query{Group: "g", Filter: "{ $.x = 1 }"}, "only terms"},
		"field pattern":      {Query{Group: "g", Filter: "[a, b]"}, "only terms"},
		"regular expression": {Query{Group: "g", Filter: "%a%"}, "only terms"},
		"optional term":      {Query{Group: "g", Filter: "?a ?b"}, "optional terms"},
		"open quote":         {Query{Group: "g", Filter: `"a b`}, "not closed"},
		"lonely minus":       {Query{Group: "g", Filter: "a - b"}, "a term is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := s.Filter(test.query)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.query.Group) {
				t.Errorf("Filter = %v, want an error with %q and the group", err, test.want)
			}
		})
	}
	if _, _, err := s.Filter(Query{Group: "none"}); !errors.Is(err, ErrNoGroup) {
		t.Errorf("Filter = %v, want ErrNoGroup", err)
	}
}

func TestFilterPattern(t *testing.T) {
	const report = "REPORT RequestId: 1\tDuration: 8.40 ms\n"
	for pattern, want := range map[string]bool{
		"":                       true,
		"  ":                     true,
		"REPORT":                 true,
		"report":                 false,
		"REPORT Duration":        true,
		"REPORT  START":          false,
		`"REPORT RequestId"`:     true,
		`"RequestId REPORT"`:     false,
		`"REPORT RequestId" 8.4`: true,
		`-START`:                 true,
		`-"RequestId: 1"`:        false,
	} {
		match, err := parseFilter(pattern)
		if err != nil {
			t.Errorf("pattern %s: %v", pattern, err)
		} else if got := match(report); got != want {
			t.Errorf("pattern %s matches %q = %v, want %v", pattern, report, got, want)
		}
	}
}

// A pattern is a stranger's: it must be refused or mean something, and what is
// found with a term must have it.
func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{"", "REPORT RequestId", `"a b" -c`, "?x", "{$.a}", `"`, "-", "- ", `""`, `a"b"`} {
		f.Add(seed, "REPORT RequestId: a b")
	}
	f.Fuzz(func(t *testing.T, pattern, message string) {
		match, err := parseFilter(pattern)
		if err != nil {
			return
		}
		matched := match(message)
		if term := strings.TrimSpace(pattern); !strings.ContainsAny(term, "\"- ") && matched != strings.Contains(message, term) {
			t.Errorf("pattern %q, message %q: matched = %v", pattern, message, matched)
		}
		negated, err := parseFilter(pattern + ` -"` + strings.ReplaceAll(message, `"`, "") + `"`)
		if err == nil && message != "" && !strings.Contains(message, `"`) && negated(message) {
			t.Errorf("pattern %q with the message excluded still matches %q", pattern, message)
		}
	})
}
