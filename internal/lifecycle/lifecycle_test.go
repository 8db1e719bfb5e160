package lifecycle_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
)

// TestTable holds the table to what it is for: the catalogue's runtimes.
func TestTable(t *testing.T) {
	l := lifecycle.Read()
	if l.Source == "" || l.Checked.IsZero() {
		t.Error("the table does not say where it is from, or when")
	}
	for _, f := range functions.Catalogue() {
		for _, id := range f.AllRuntimes() {
			if _, ok := l.Find(id); !ok {
				t.Errorf("runtimes.json lacks %s of %s", id, f.Source)
			}
		}
	}
	for i, r := range l.Runtimes {
		if r.Deprecated.IsZero() || !r.Deprecated.Before(r.CreateBlocked.Time) || !r.CreateBlocked.Before(r.UpdateBlocked.Time) {
			t.Errorf("%s: %v, %v, %v is not the order in which AWS goes about it", r.ID, r.Deprecated, r.CreateBlocked, r.UpdateBlocked)
		}
		if slices.ContainsFunc(l.Runtimes[:i], func(other lifecycle.Runtime) bool { return other.ID == r.ID }) {
			t.Errorf("%s is there twice", r.ID)
		}
	}
}

func TestDeprecated(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, row := range []struct {
		name, runtime string
		at            time.Time
		want          bool
	}{
		{"the day before", "nodejs18.x", day("2025-09-01").Add(-time.Second), false},
		{"that day", "nodejs18.x", day("2025-09-01"), true},
		{"long after", "nodejs18.x", day("2026-11-29"), true},
		{"not yet", "java21", day("2026-11-29"), false},
		{"not in the table", "cobol85", day("2026-11-29"), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, got := lifecycle.Read().Deprecated(row.runtime, row.at); got != row.want {
				t.Errorf("deprecated: %v, want %v", got, row.want)
			}
		})
	}
}

func TestCurrent(t *testing.T) {
	day := func(text string) lifecycle.Date {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return lifecycle.Date{Time: d}
	}
	table := lifecycle.Table{Checked: day("2026-11-22"), Runtimes: []lifecycle.Runtime{
		{ID: "before", Deprecated: day("2026-11-10")},
		{ID: "that day", Deprecated: day("2026-11-22")},
		{ID: "the day after", Deprecated: day("2026-11-23")},
		{ID: "far off", Deprecated: day("2029-06-30")},
	}}
	if got := table.Current(); !slices.Equal(got, []string{"the day after", "far off"}) {
		t.Errorf("current are %q", got)
	}
}

func TestText(t *testing.T) {
	day := func(text string) lifecycle.Date {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return lifecycle.Date{Time: d}
	}
	table := lifecycle.Table{Source: "AWS", Note: "They slide.", Checked: day("2026-11-22"), Runtimes: []lifecycle.Runtime{
		{ID: "late", Deprecated: day("2028-04-30"), CreateBlocked: day("2028-06-01"), UpdateBlocked: day("2028-07-01")},
		{ID: "soon", Deprecated: day("2026-11-28"), CreateBlocked: day("2026-11-29"), UpdateBlocked: day("2026-11-30")},
		{ID: "java25", Deprecated: day("2029-06-30"), CreateBlocked: day("2029-07-31"), UpdateBlocked: day("2029-08-31")},
		{ID: "other", Deprecated: day("2026-11-28"), CreateBlocked: day("2026-11-29"), UpdateBlocked: day("2026-11-30")},
	}}
	var out strings.Builder
	if err := table.Text(&out, []string{"late", "soon", "java25", "cobol85"}, day("2026-11-29").Add(23*time.Hour)); err != nil {
		t.Fatal(err)
	}
	const want = `runtime  deprecated               no new functions               no changes
soon     2026-11-28  1 day ago    2026-11-29        today        2026-11-30  in 1 day
late     2028-04-30  in 518 days  2028-06-01        in 550 days  2028-07-01  in 580 days
java25   2029-06-30  in 944 days  2029-07-31        in 975 days  2029-08-31  in 1006 days
cobol85: internal/lifecycle/runtimes.json does not know it

java25: not known to Pulumi's AWS provider v6.83.2 (as of 2026-11-29), and so deployed by CloudFormation

as of 2026-11-22, from AWS
They slide.
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
