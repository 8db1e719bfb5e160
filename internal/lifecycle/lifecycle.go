// Package lifecycle knows from which days on AWS supports a runtime no longer, makes
// no functions of it, and changes none. The dates are data (runtimes.json).
package lifecycle

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

//go:embed runtimes.json
var runtimesJSON []byte

// Table is the lifecycle of every runtime that is known.
type Table struct {
	Source, Note string
	Checked      Date
	Runtimes     []Runtime
}

// Runtime is the lifecycle of one runtime.
type Runtime struct {
	// ID is AWS's identifier, such as nodejs22.x.
	ID                                       string
	Deprecated, CreateBlocked, UpdateBlocked Date
}

// Date is a day, from its beginning in UTC.
type Date struct{ time.Time }

// UnmarshalJSON reads a date such as 2026-11-22.
func (d *Date) UnmarshalJSON(data []byte) error {
	var text string
	err := json.Unmarshal(data, &text)
	if err == nil {
		d.Time, err = time.Parse(time.DateOnly, text)
	}
	return err
}

// String is the date as it is written in the table.
func (d Date) String() string { return d.Format(time.DateOnly) }

// Read returns the table.
func Read() Table {
	var t Table
	if err := json.Unmarshal(runtimesJSON, &t); err != nil {
		panic(fmt.Sprintf("runtimes.json, which is part of this program, is broken: %v", err))
	}
	return t
}

// Find returns the lifecycle of a runtime, and whether the table has it.
func (t Table) Find(runtime string) (Runtime, bool) {
	i := slices.IndexFunc(t.Runtimes, func(r Runtime) bool { return r.ID == runtime })
	if i < 0 {
		return Runtime{}, false
	}
	return t.Runtimes[i], true
}

// Deprecated says that a runtime of the table was deprecated at a time.
func (t Table) Deprecated(runtime string, at time.Time) (Runtime, bool) {
	r, ok := t.Find(runtime)
	return r, ok && !at.Before(r.Deprecated.Time)
}
