package console

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

const (
	// redraw is the shortest time between two drawings of the status on a terminal.
	redraw = 100 * time.Millisecond
	// repeat is the shortest time between two status lines where there is no terminal.
	repeat = 5 * time.Second
)

// Console prints lines and a status. It is safe for concurrent use. A nil
// Console prints nothing.
type Console struct {
	mu      sync.Mutex
	w       io.Writer
	width   func() int // columns of the terminal; nil if there is none
	status  string     // as last given
	drawn   bool       // the status line is on the screen now
	last    time.Time  // when it was last drawn or printed
	printed string     // the last status printed as a plain line
}

// New returns a console on w. It draws in place if w is a terminal.
func New(w io.Writer) *Console {
	c := &Console{w: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		c.width = func() int {
			columns, _, err := term.GetSize(int(f.Fd()))
			if err != nil || columns < 20 {
				return 80
			}
			return columns
		}
	}
	return c
}

// Printf prints a line that stays. The newline at its end may be left out.
func (c *Console) Printf(format string, args ...any) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	fmt.Fprintln(c.w, CleanLines(strings.TrimRight(fmt.Sprintf(format, args...), "\n")))
	if c.width != nil && c.status != "" {
		c.draw()
	}
}

// Status says what is going on right now; it replaces the status before it.
func (c *Console) Status(format string, args ...any) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = Clean(fmt.Sprintf(format, args...))
	now := time.Now()
	if c.width != nil {
		if now.Sub(c.last) >= redraw || !c.drawn {
			c.erase()
			c.draw()
		}
		return
	}
	if c.last.IsZero() {
		c.last = now // work that is done at once needs no status
	}
	if now.Sub(c.last) >= repeat && c.status != c.printed {
		fmt.Fprintln(c.w, c.status)
		c.last, c.printed = now, c.status
	}
}

// Done removes the status: the work that it spoke of has ended.
func (c *Console) Done() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	c.status, c.printed, c.last = "", "", time.Time{}
}

func (c *Console) erase() {
	if c.drawn {
		io.WriteString(c.w, "\r\x1b[K")
		c.drawn = false
	}
}

func (c *Console) draw() {
	line := c.status
	if columns := c.width() - 1; utf8.RuneCountInString(line) > columns {
		line = string([]rune(line)[:columns-1]) + "…" // a wrapped line could not be erased
	}
	io.WriteString(c.w, line)
	c.drawn, c.last = true, time.Now()
}
