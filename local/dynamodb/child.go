package dynamodb

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/program"
)

// child is a server's process. It dies with this one.
type child struct {
	cmd *exec.Cmd
	// done is closed when the process has ended.
	done chan struct{}
	log  tail
}

// startChild starts a process that is killed when this one ends, where the
// system can do that. variables are added to its environment, and the files are its
// descriptors from 3.
func startChild(argv []string, attributes *syscall.SysProcAttr, variables []string, files ...*os.File) (*child, error) {
	c := &child{cmd: exec.Command(argv[0], argv[1:]...), done: make(chan struct{})}
	c.cmd.Env = append(program.Environment(), variables...) // it was fetched: it gets no secret of ours
	c.cmd.ExtraFiles = files
	c.cmd.Stdout, c.cmd.Stderr = &c.log, &c.log
	c.cmd.SysProcAttr = attributes
	c.cmd.WaitDelay = time.Second
	started := make(chan error)
	go func() {
		// The death signal is sent when the thread that started the process ends,
		// so that thread has to stay.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		started <- err
		if err == nil {
			c.cmd.Wait() // how it ended is of no interest: it has said why, or was told to
			close(c.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// stop asks the process to end, so that it closes its file, and insists after a while.
func (c *child) stop() error {
	const patience = 3 * time.Second
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		c.cmd.Process.Kill() // it has ended, or the system knows no interrupt
	}
	select {
	case <-c.done:
		return nil
	case <-time.After(patience):
	}
	if err := c.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("stop %s: %w", c.cmd.Path, err)
	}
	<-c.done
	return nil
}

// awaitText waits until the process has printed a text.
func (c *child) awaitText(ctx context.Context, text string) error {
	for !c.said(text) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", context.Cause(ctx), c.output())
		case <-c.done:
			if c.said(text) {
				return nil
			}
			return fmt.Errorf("it ended at once: %s", c.output())
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

func (c *child) running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// said tells whether the process has printed a text.
func (c *child) said(text string) bool {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	return bytes.Contains(c.log.text, []byte(text))
}

// output is what the process printed last.
func (c *child) output() string {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	if text := bytes.TrimSpace(c.log.text); len(text) > 0 {
		return string(text)
	}
	return "it printed nothing"
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 2048

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if len(t.text) > tailSize {
		t.text = append([]byte(nil), t.text[len(t.text)-tailSize:]...)
	}
	return len(p), nil
}
