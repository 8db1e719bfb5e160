//go:build !linux && !darwin

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

var errSystem = fmt.Errorf("execution environments need process groups and signals, which %s does not have: run this on Linux, macOS, or in the Windows Subsystem for Linux", runtime.GOOS)

// Host cannot be had on this system: see [NewHost].
type Host struct{}

// NewHost says what this system is missing.
func NewHost(HostOptions) (*Host, error) { return nil, errSystem }

// Knobs is empty.
func (*Host) Knobs() map[string]string { return nil }

// Launch says what this system is missing.
func (*Host) Launch(context.Context, Config, functions.InitializationType, LogStream) (Environment, error) {
	return nil, errors.ErrUnsupported
}

// Close does nothing.
func (*Host) Close() error { return nil }
