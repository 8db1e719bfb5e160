package lifecycle

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Text writes the dates of some runtimes for people, those that AWS closes first at
// the top, and how far off each is at a moment.
func (t Table) Text(w io.Writer, ids []string, now time.Time) error {
	var rows []Runtime
	var unknown []string
	for _, id := range ids {
		if r, ok := t.Find(id); ok {
			rows = append(rows, r)
		} else {
			unknown = append(unknown, id)
		}
	}
	slices.SortStableFunc(rows, func(a, b Runtime) int {
		return cmp.Or(a.CreateBlocked.Compare(b.CreateBlocked.Time), a.Deprecated.Compare(b.Deprecated.Time), cmp.Compare(a.ID, b.ID))
	})
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "runtime\tdeprecated\t\tno new functions\t\tno changes")
	for _, r := range rows {
		fmt.Fprintf(out, "%s\t%v\t%s\t%v\t%s\t%v\t%s\n", r.ID,
			r.Deprecated, r.Deprecated.away(now), r.CreateBlocked, r.CreateBlocked.away(now), r.UpdateBlocked, r.UpdateBlocked.away(now))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, id := range unknown {
		if _, err := fmt.Fprintf(w, "%s: %s does not know it\n", id, File); err != nil {
			return err
		}
	}
	if refused := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !ReadProvider().Refuses(id) }); len(refused) > 0 {
		p := ReadProvider()
		if _, err := fmt.Fprintf(w, "\n%s: not known to Pulumi's AWS provider %s (as of %v), and so deployed by CloudFormation\n", strings.Join(refused, ", "), p.Version, p.Checked); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\nas of %v, from %s\n%s\n", t.Checked, t.Source, t.Note)
	return err
}

// away says how many days a date is from a moment: in 3 days, today, 3 days ago.
func (d Date) away(now time.Time) string {
	days := int(d.Sub(now.UTC().Truncate(24*time.Hour)).Hours() / 24)
	switch {
	case days == 0:
		return "today"
	case days < 0:
		return fmt.Sprintf("%s ago", counted(-days))
	}
	return "in " + counted(days)
}

func counted(days int) string {
	if days == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", days)
}
