package dynamo

import (
	"context"
	"fmt"
	"time"
)

// Raw is a line of a log that could not be read, stored as it is.
type Raw struct {
	LogGroup string `json:"logGroup"`
	// EventID is CloudWatch Logs' identifier of the line.
	EventID   string    `json:"eventId"`
	LogStream string    `json:"logStream,omitempty"`
	Timestamp time.Time `json:"timestamp"`
	// Message is the line's beginning if Cut bytes were cut off behind it.
	Message string `json:"message"`
	Cut     int    `json:"cut,omitempty"`
	// Error says why it could not be read.
	Error string `json:"error"`
}

// PutRaw keeps lines of a run's logs that could not be read. Putting one again changes nothing.
func (s *Store) PutRaw(ctx context.Context, run string, lines ...Raw) error {
	items := make([]item, 0, len(lines))
	for _, r := range lines {
		i := newItem(key{runPartition(run), rawPrefix + r.LogGroup + "#" + r.EventID})
		if err := i.setData(r); err != nil {
			return fmt.Errorf("put raw line %s of run %s: %w", r.EventID, run, err)
		}
		i.expire(r.Timestamp, s.options.SampleTTL)
		items = append(items, i)
	}
	if err := s.writeAll(ctx, items); err != nil {
		return fmt.Errorf("put %d raw lines of run %s: %w", len(lines), run, err)
	}
	return nil
}
