package executions

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Schedule starts executions of a state machine again and again.
type Schedule struct {
	Name string
	// Every is the time between two starts.
	Every time.Duration
	// Enabled is false for a schedule that is switched off.
	Enabled bool
	// TargetARN is the state machine, RoleARN the role that starts it.
	TargetARN, RoleARN string
	Input              string
}

// Keep starts executions by a schedule until ctx is done. The first start is one
// interval away, as on AWS.
func (s *Service) Keep(ctx context.Context, schedule Schedule) {
	if !schedule.Enabled {
		return
	}
	ticker := time.NewTicker(schedule.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := s.startScheduled(ctx, schedule); err != nil && s.options.Progress != nil {
				s.options.Progress("schedule %s: %v", schedule.Name, err)
			}
		}
	}
}

func (s *Service) startScheduled(ctx context.Context, schedule Schedule) error {
	if d := s.options.Directory; d != nil {
		if err := d.AuthorizeRole(schedule.RoleARN, "states:StartExecution", schedule.TargetARN); err != nil {
			return err
		}
	}
	_, err := s.StartExecution(ctx, schedule.TargetARN, uuid.NewString(), schedule.Input)
	return err
}
