package logs

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// pageLimit is the largest page of FilterLogEvents.
const pageLimit = 10000

// Query selects events of one group, as FilterLogEvents does.
type Query struct {
	Group string
	// Streams are names, StreamPrefix the beginning of names; with neither, all
	// streams are read. Both at once are an error.
	Streams      []string
	StreamPrefix string
	// From and To are inclusive, to the millisecond; zero is open.
	From, To time.Time
	// Filter is empty or terms that a message must all have: words, "quoted
	// phrases", and either of them behind a minus sign, which it must not have.
	Filter string
	// Limit is a page's size; 0 and more than 10,000 mean 10,000.
	Limit int
	// NextToken continues where the page that returned it ended.
	NextToken string
}

// EvictedError says that a query reaches back past what the memory still has.
type EvictedError struct {
	// Newest is the timestamp of the newest event that was given up.
	Newest time.Time
	// Dir has the files with all events; empty for a store in memory only.
	Dir string
}

func (e *EvictedError) Error() string {
	text := fmt.Sprintf("events up to %s are no longer in memory", e.Newest.UTC().Format(timeFormat))
	if e.Dir != "" {
		text += "; the files under " + e.Dir + " have them"
	}
	return text
}

// Filter returns one page of events, in the order of their timestamps, and the
// token of the next one; an empty token means that there is no more. It fails
// with [ErrNoGroup], and with an *[EvictedError] if From is given and earlier
// than what memory has.
func (s *Store) Filter(q Query) (events []Event, next string, err error) {
	events, next, err = s.filter(q)
	if err != nil {
		return nil, "", fmt.Errorf("filter log events of %s: %w", q.Group, err)
	}
	return events, next, nil
}

func (s *Store) filter(q Query) ([]Event, string, error) {
	wanted, err := parseFilter(q.Filter)
	if err != nil {
		return nil, "", err
	}
	after, err := parseToken(q.NextToken)
	if err != nil {
		return nil, "", err
	}
	streams, err := s.snapshot(q)
	if err != nil {
		return nil, "", err
	}
	type match struct {
		position
		stream string
		event
	}
	var matches []match
	for name, events := range streams {
		for _, e := range events {
			at := position{millis: e.timestamp.UnixMilli(), sequence: e.sequence}
			if at.compare(after) > 0 && q.covers(e.timestamp) && wanted(e.message) {
				matches = append(matches, match{at, name, e})
			}
		}
	}
	slices.SortFunc(matches, func(a, b match) int { return a.compare(b.position) })

	limit := q.Limit
	if limit <= 0 || limit > pageLimit {
		limit = pageLimit
	}
	next := ""
	if len(matches) > limit {
		matches = matches[:limit]
		next = matches[limit-1].token()
	}
	events := make([]Event, len(matches))
	for i, m := range matches {
		events[i] = Event{Stream: m.stream, Timestamp: m.timestamp, Ingestion: m.ingestion, ID: m.id(), Message: m.message}
	}
	return events, next, nil
}

func (q Query) covers(t time.Time) bool {
	return (q.From.IsZero() || !t.Before(q.From.Truncate(time.Millisecond))) && (q.To.IsZero() || !t.After(q.To))
}

// snapshot returns the events of the streams that a query names. They are read
// without the lock, so that a long query does not delay writers.
func (s *Store) snapshot(q Query) (map[string][]event, error) {
	if len(q.Streams) > 0 && q.StreamPrefix != "" {
		return nil, errors.New("streams are selected by names or by a prefix, not by both")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	g, ok := s.groups[q.Group]
	if !ok {
		return nil, ErrNoGroup
	}
	if !q.From.IsZero() && !g.evicted.Before(q.From) {
		gone := &EvictedError{Newest: g.evicted}
		if s.files != nil {
			gone.Dir = s.files.dir
		}
		return nil, gone
	}
	streams := map[string][]event{}
	for name, st := range g.streams {
		if len(q.Streams) == 0 && strings.HasPrefix(name, q.StreamPrefix) || slices.Contains(q.Streams, name) {
			streams[name] = st.events
		}
	}
	return streams, nil
}

// position orders events by their timestamps, then by their arrival.
type position struct {
	millis   int64
	sequence uint64
}

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.millis, q.millis), cmp.Compare(p.sequence, q.sequence))
}

// id has 56 digits, as CloudWatch's event ids have.
func (p position) id() string { return fmt.Sprintf("%028d%028d", p.millis, p.sequence) }

func (p position) token() string { return fmt.Sprintf("%d-%d", p.millis, p.sequence) }

func parseToken(token string) (position, error) {
	if token == "" {
		return position{millis: -1 << 63}, nil
	}
	var p position
	if _, err := fmt.Sscanf(token, "%d-%d", &p.millis, &p.sequence); err != nil || p.token() != token {
		return position{}, fmt.Errorf("the specified nextToken %q is invalid: pass the one of the page before, unchanged", token)
	}
	return p, nil
}

// parseFilter reads the part of CloudWatch's filter patterns that finds terms.
func parseFilter(filter string) (func(message string) bool, error) {
	rest := strings.TrimSpace(filter)
	if strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "[") || strings.HasPrefix(rest, "%") {
		return nil, fmt.Errorf("filter pattern %s: only terms and quoted phrases can be filtered by here", filter)
	}
	var with, without []string
	for rest != "" {
		list := &with
		switch rest[0] {
		case '-':
			list, rest = &without, rest[1:]
		case '?':
			return nil, fmt.Errorf("filter pattern %s: optional terms (?) are not supported here", filter)
		}
		var term string
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			if term, rest, ok = strings.Cut(quoted, `"`); !ok {
				return nil, fmt.Errorf("filter pattern %s: a quote is not closed", filter)
			}
		} else {
			term, rest, _ = strings.Cut(rest, " ")
		}
		if term == "" {
			return nil, fmt.Errorf("filter pattern %s: a term is empty", filter)
		}
		*list = append(*list, term)
		rest = strings.TrimSpace(rest)
	}
	return func(message string) bool {
		contained := func(term string) bool { return strings.Contains(message, term) }
		return !slices.ContainsFunc(with, func(term string) bool { return !contained(term) }) && !slices.ContainsFunc(without, contained)
	}, nil
}
