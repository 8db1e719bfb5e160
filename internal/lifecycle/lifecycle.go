// Package lifecycle has the dates on which AWS deprecates its runtimes, and from
// which it refuses new functions of them and changes to those that exist, and
// the runtimes that it offers SnapStart for. They are data, runtimes.json, with a
// source and the day on which it was checked: AWS puts the dates off again and again.
package lifecycle

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
)

// File is where the table is in the repository.
const File = "internal/lifecycle/runtimes.json"

//go:embed runtimes.json
var tableJSON []byte

// Table has a row for each runtime.
type Table struct {
	// Source is where the dates are from, Checked the day on which they were compared with it.
	Source  string `json:"source"`
	Checked Date   `json:"checked"`
	Note    string `json:"note"`

	Runtimes []Runtime `json:"runtimes"`
}

// Runtime is one of AWS's runtimes and its dates.
type Runtime struct {
	// ID is AWS's identifier, such as nodejs22.x.
	ID string `json:"id"`
	// Deprecated is the day from which AWS neither patches nor supports it.
	Deprecated Date `json:"deprecated"`
	// CreateBlocked is the day from which AWS takes no new functions of it.
	CreateBlocked Date `json:"createBlocked"`
	// UpdateBlocked is the day from which AWS changes no functions of it.
	UpdateBlocked Date `json:"updateBlocked"`
	// SnapStart says that AWS offers SnapStart for it.
	SnapStart bool `json:"snapStart"`
}

// Date is a day, from its beginning in UTC.
type Date struct{ time.Time }

// UnmarshalJSON reads a day such as "2026-11-22".
func (d *Date) UnmarshalJSON(data []byte) error {
	var text string
	err := json.Unmarshal(data, &text)
	if err == nil {
		d.Time, err = time.Parse(time.DateOnly, text)
	}
	return err
}

// MarshalJSON writes a day as [Date.UnmarshalJSON] reads it.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// String is the day as 2026-11-22.
func (d Date) String() string { return d.Format(time.DateOnly) }

// Begun says whether the day has begun at a moment.
func (d Date) Begun(at time.Time) bool { return !at.Before(d.Time) }

// Read returns the table of this program. It is shared and must not be changed.
var Read = sync.OnceValue(func() Table {
	var t Table
	if err := json.Unmarshal(tableJSON, &t); err != nil {
		panic(fmt.Sprintf("%s, which is part of this program, is broken: %v", File, err))
	}
	return t
})

// Find returns the row of a runtime.
func (t Table) Find(id string) (Runtime, bool) {
	i := slices.IndexFunc(t.Runtimes, func(r Runtime) bool { return r.ID == id })
	if i < 0 {
		return Runtime{}, false
	}
	return t.Runtimes[i], true
}

// Deprecated says that a runtime of the table was deprecated at a time.
func (t Table) Deprecated(id string, at time.Time) (Runtime, bool) {
	r, ok := t.Find(id)
	return r, ok && r.Deprecated.Begun(at)
}

// SnapStart says that AWS offers SnapStart for a runtime of the table.
func (t Table) SnapStart(id string) bool {
	r, _ := t.Find(id)
	return r.SnapStart
}

// Current lists the runtimes that were not deprecated on the day on which the
// table was checked. It goes by that day and not by today's, so that no deployed
// function disappears by the calendar alone.
func (t Table) Current() []string {
	var ids []string
	for _, r := range t.Runtimes {
		if !r.Deprecated.Begun(t.Checked.Time) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}
