package runtimes

import "os/exec"

// tie leaves the command as it is: cancelling it ends it alone.
func tie(*exec.Cmd) {}
