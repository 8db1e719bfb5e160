package console

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPipeGetsPlainLinesNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		c := New(&out)
		c.Printf("start\n")
		for i := range 12 {
			c.Status("done %d of 12", i)
			time.Sleep(time.Second)
		}
		c.Done()
		c.Printf("end")
		want := "start\ndone 5 of 12\ndone 10 of 12\nend\n"
		if out.String() != want {
			t.Errorf("got %q, want %q", out.String(), want)
		}
	})
}

func TestTerminalRedrawsInPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		c := New(&out)
		c.width = func() int { return 20 }
		c.Status("a status that is longer than the terminal")
		c.Status("too soon to be drawn")
		time.Sleep(time.Second)
		c.Status("second")
		c.Printf("a line")
		c.Done()
		want := "a status that is l…" + "\r\x1b[K" + "second" + "\r\x1b[K" + "a line\n" + "second" + "\r\x1b[K"
		if out.String() != want {
			t.Errorf("got %q, want %q", out.String(), want)
		}
	})
}

func TestNilConsolePrintsNothing(t *testing.T) {
	var c *Console
	c.Printf("x")
	c.Status("x")
	c.Done()
}
