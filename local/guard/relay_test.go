package guard

import (
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestRelay sends signals to the guard, the keeper, or both, and looks at what
// the worker is sent on top of what it gets as a member of the group.
func TestRelay(t *testing.T) {
	const interrupt, terminate = syscall.SIGINT, syscall.SIGTERM
	type step struct {
		after  time.Duration
		keeper os.Signal
		guard  os.Signal
	}
	tests := []struct {
		name  string
		steps []step
		want  []os.Signal
	}{
		{"to the guard alone", []step{{guard: terminate}}, []os.Signal{terminate}},
		{"to the keeper alone", []step{{keeper: terminate}}, []os.Signal{terminate}},
		{"to the group, the keeper first", []step{{keeper: interrupt}, {after: 20 * time.Millisecond, guard: interrupt}}, nil},
		{"to the group, the guard first", []step{{guard: interrupt}, {after: 20 * time.Millisecond, keeper: interrupt}}, nil},
		{"to the group twice", []step{{guard: interrupt}, {keeper: interrupt}, {keeper: interrupt}, {guard: interrupt}}, nil},
		{"to each on its own", []step{{guard: interrupt}, {after: time.Second, keeper: interrupt}}, []os.Signal{interrupt, interrupt}},
		{"two kinds", []step{{guard: interrupt}, {keeper: terminate}}, []os.Signal{interrupt, terminate}},
		{"twice to the guard", []step{{guard: interrupt}, {guard: interrupt}}, []os.Signal{interrupt, interrupt}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				direct, guards := make(chan os.Signal), make(chan os.Signal)
				var got []os.Signal
				done := make(chan struct{})
				go func() {
					defer close(done)
					relay(direct, guards, func(s os.Signal) { got = append(got, s) })
				}()
				for _, s := range tt.steps {
					time.Sleep(s.after)
					if s.keeper != nil {
						direct <- s.keeper
					}
					if s.guard != nil {
						guards <- s.guard
					}
				}
				time.Sleep(time.Minute)
				close(guards)
				<-done
				if !slices.Equal(got, tt.want) {
					t.Errorf("sent %v, want %v", got, tt.want)
				}
			})
		})
	}
}
