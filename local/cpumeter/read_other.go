//go:build !linux

package cpumeter

import (
	"errors"
	"fmt"
	"runtime"
)

func read() (reading, error) {
	return reading{}, fmt.Errorf("%w on %s", errors.ErrUnsupported, runtime.GOOS)
}
