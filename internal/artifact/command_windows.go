package artifact

import (
	"os/exec"
	"strconv"
)

// guard makes sure that nothing of the command outlives its context.
func guard(cmd *exec.Cmd) (finish func(), err error) {
	cmd.Cancel = func() error {
		kill := exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid))
		if kill.Run() == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
	return func() {}, nil
}
