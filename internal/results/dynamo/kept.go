package dynamo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Keep stores a document of a run under a name, unless there is one already. The
// first one counts because a step that is retried would otherwise store a
// function's changed configuration as its original.
func (s *Store) Keep(ctx context.Context, run, name string, document any) error {
	i := newItem(keptKey(run, name))
	i["name"] = text(name)
	err := i.setData(document)
	if err == nil {
		err = s.writeNew(ctx, i)
	}
	if err != nil {
		return fmt.Errorf("keep %s of run %s: %w", name, run, err)
	}
	return nil
}

// Kept reads a document into v; ok is false if there is none.
func (s *Store) Kept(ctx context.Context, run, name string, v any) (ok bool, err error) {
	i, err := s.read(ctx, keptKey(run, name))
	if err == nil && i != nil {
		err = i.data(v)
	}
	if err != nil {
		return false, fmt.Errorf("read %s of run %s: %w", name, run, err)
	}
	return i != nil, nil
}

// AllKept returns a run's documents whose names begin with a prefix, by name.
func (s *Store) AllKept(ctx context.Context, run, prefix string) (map[string]json.RawMessage, error) {
	found := map[string]json.RawMessage{}
	for i, err := range s.partition(ctx, runPartition(run), keptPrefix+prefix) {
		var document json.RawMessage
		if err == nil {
			err = i.data(&document)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s of run %s: %w", strings.TrimSpace("documents "+prefix), run, err)
		}
		found[i.text("name")] = document
	}
	return found, nil
}
