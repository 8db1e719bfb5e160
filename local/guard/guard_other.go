//go:build !linux && !darwin

package guard

import "os"

// Run runs main and exits with its status. This system has nothing to guard it
// with that package sandbox could run on, either.
func Run(main func() int) { os.Exit(main()) }
