package console

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// ErrInterrupted is the cause with which [Interruptible] cancels its context.
var ErrInterrupted = errors.New("interrupted")

// Interruptible returns a context that the first SIGINT or SIGTERM cancels with cause
// [ErrInterrupted], so that the run can finish what it has begun and report. Before that it
// calls first with the signal. The second signal ends the process with the exit code.
func Interruptible(ctx context.Context, exitCode int, first func(os.Signal)) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s, ok := <-signals
		if !ok {
			return
		}
		first(s)
		cancel(ErrInterrupted)
		if _, ok := <-signals; ok {
			os.Exit(exitCode)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel(nil)
	}
}
