package stage

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

//go:embed runtimes.json
var runtimesJSON []byte

// lifecycles are the dates from which AWS refuses to make functions of a
// runtime, and to change them.
type lifecycles struct {
	Source, Note string
	Checked      date
	Runtimes     []lifecycle
}

type lifecycle struct {
	ID                                       string
	Deprecated, CreateBlocked, UpdateBlocked date
}

// date is a day, from its beginning in UTC.
type date struct{ time.Time }

func (d *date) UnmarshalJSON(data []byte) error {
	var text string
	err := json.Unmarshal(data, &text)
	if err == nil {
		d.Time, err = time.Parse(time.DateOnly, text)
	}
	return err
}

func (d date) String() string { return d.Format(time.DateOnly) }

func readLifecycles() lifecycles {
	var l lifecycles
	if err := json.Unmarshal(runtimesJSON, &l); err != nil {
		panic(fmt.Sprintf("runtimes.json, which is part of this program, is broken: %v", err))
	}
	return l
}

func (l lifecycles) find(runtime string) (lifecycle, bool) {
	i := slices.IndexFunc(l.Runtimes, func(r lifecycle) bool { return r.ID == runtime })
	if i < 0 {
		return lifecycle{}, false
	}
	return l.Runtimes[i], true
}
