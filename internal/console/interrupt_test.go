package console

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"
)

func TestInterruptible(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send itself an interrupt on Windows")
	}
	var got os.Signal
	ctx, stop := Interruptible(t.Context(), 1, func(s os.Signal) { got = s })
	defer stop()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	if err := context.Cause(ctx); got != os.Interrupt || !errors.Is(err, ErrInterrupted) {
		t.Errorf("signal %v, cause %v; want %v and %v", got, err, os.Interrupt, ErrInterrupted)
	}
}

func TestInterruptibleStopped(t *testing.T) {
	ctx, stop := Interruptible(t.Context(), 1, func(s os.Signal) { t.Errorf("signal %v", s) })
	stop()
	<-ctx.Done()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cause %v, want %v", err, context.Canceled)
	}
}
