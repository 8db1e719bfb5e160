package logs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func newStream(t *testing.T, s *Store, group, name string) sandbox.LogStream {
	t.Helper()
	if err := s.CreateGroup(group); err != nil && !errors.Is(err, ErrGroupExists) {
		t.Fatal(err)
	}
	stream, err := s.NewStream(group, name)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

func TestNames(t *testing.T) {
	s := NewStore("")
	defer s.Close()
	for name, test := range map[string]struct {
		group string
		ok    bool
	}{
		"Lambda's":       {"/aws/lambda/hello", true},
		"of states":      {"/aws/vendedlogs/states/x", true},
		"empty":          {"", false},
		"climbs out":     {"/aws/../../etc", false},
		"only a slash":   {"/", false},
		"a space in it":  {"a b", false},
		"too long":       {strings.Repeat("a", 513), false},
		"longest":        {strings.Repeat("a", 512), true},
		"a colon in it":  {"a:b", false},
		"back slash dir": {`a\b`, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.CreateGroup(test.group); (err == nil) != test.ok {
				t.Errorf("CreateGroup(%q) = %v, want ok = %v", test.group, err, test.ok)
			}
		})
	}
	if err := s.CreateGroup("/aws/lambda/hello"); !errors.Is(err, ErrGroupExists) {
		t.Errorf("second CreateGroup = %v, want ErrGroupExists", err)
	}
	if _, err := s.NewStream("/aws/lambda/none", "x"); !errors.Is(err, ErrNoGroup) {
		t.Errorf("NewStream in a group that is not there = %v, want ErrNoGroup", err)
	}
	for _, stream := range []string{"", "a:b", "a*", "../x", "/"} {
		if _, err := s.NewStream("/aws/lambda/hello", stream); err == nil {
			t.Errorf("NewStream(%q) succeeded", stream)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	s := NewStore(dir)
	stream := newStream(t, s, "/aws/lambda/hello", "2026/11/25/[$LATEST]0f")
	if got := stream.Name(); got != "2026/11/25/[$LATEST]0f" {
		t.Errorf("Name = %s", got)
	}
	stream.Append(noon, []byte("START RequestId: 1 Version: $LATEST\n"))
	stream.Append(noon.Add(1234567*time.Nanosecond), []byte("no newline"))
	stream.Append(noon.Add(2*time.Millisecond), []byte("two\nlines\n"))
	// More streams than files may be open at once.
	for i := range 2*openLimit + 1 {
		newStream(t, s, "/aws/lambda/hello", fmt.Sprintf("many/%d", i)).Append(noon, []byte("x"))
	}
	stream.Append(noon.Add(time.Second), []byte("again"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	stream.Append(noon, []byte("after the end"))

	got, err := os.ReadFile(filepath.Join(dir, "aws/lambda/hello/2026/11/25/[$LATEST]0f.log"))
	if err != nil {
		t.Fatal(err)
	}
	want := "2026-11-25T12:00:00.000Z\tSTART RequestId: 1 Version: $LATEST\n" +
		"2026-11-25T12:00:00.001Z\tno newline\n" +
		"2026-11-25T12:00:00.002Z\ttwo\nlines\n" +
		"2026-11-25T12:00:01.000Z\tagain\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	many, err := filepath.Glob(filepath.Join(dir, "aws/lambda/hello/many/*.log"))
	if err != nil || len(many) != 2*openLimit+1 {
		t.Errorf("%d files of the other streams (%v), want %d", len(many), err, 2*openLimit+1)
	}
}

func TestFilesThatCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	if err := os.WriteFile(dir, []byte("a file where the folder should be"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := NewStore(dir)
	stream := newStream(t, s, "g", "s")
	stream.Append(noon, []byte("lost on disk, not in memory"))
	if events, _, err := s.Filter(Query{Group: "g"}); err != nil || len(events) != 1 {
		t.Errorf("Filter = %v, %v; want the event", events, err)
	}
	if err := s.Close(); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("Close = %v, want an error that names %s", err, dir)
	}
}

func TestEviction(t *testing.T) {
	s := NewStore("")
	s.limit = 3 * (eventOverhead + 1)
	a, b := newStream(t, s, "g", "a"), newStream(t, s, "g", "b")
	for i := range 5 {
		stream := a
		if i%2 == 1 {
			stream = b
		}
		stream.Append(noon.Add(time.Duration(i)*time.Second), []byte{'0' + byte(i)})
	}
	events, _, err := s.Filter(Query{Group: "g"})
	if err != nil {
		t.Fatal(err)
	}
	if got := messages(events); got != "2 3 4" {
		t.Errorf("messages = %s, want the newest three", got)
	}
	if events, _, err := s.Filter(Query{Group: "g", From: noon.Add(2 * time.Second)}); err != nil || messages(events) != "2 3 4" {
		t.Errorf("Filter from behind what is gone = %s, %v", messages(events), err)
	}
	var gone *EvictedError
	if _, _, err := s.Filter(Query{Group: "g", From: noon.Add(time.Second)}); !errors.As(err, &gone) || !gone.Newest.Equal(noon.Add(time.Second)) {
		t.Errorf("Filter from before = %v, want *EvictedError", err)
	}
	a.Append(noon, make([]byte, 1<<10))
	if s.size != 0 {
		t.Errorf("size = %d after an event that is larger than the limit, want 0", s.size)
	}
}

// Nobody who logs may lose an event or see a race with readers and eviction.
func TestConcurrency(t *testing.T) {
	s := NewStore(t.TempDir())
	s.limit = 1 << 20
	const writers, each = 8, 200
	var wg sync.WaitGroup
	for w := range writers {
		stream := newStream(t, s, "g", fmt.Sprint(w))
		wg.Go(func() {
			for i := range each {
				stream.Append(noon.Add(time.Duration(i)*time.Millisecond), fmt.Appendf(nil, "%d", i))
			}
		})
		wg.Go(func() {
			for range 20 {
				if _, _, err := s.Filter(Query{Group: "g", Filter: "7"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	events, next, err := s.Filter(Query{Group: "g"})
	if err != nil || next != "" || len(events) != writers*each {
		t.Errorf("%d events, next %q, %v; want %d", len(events), next, err, writers*each)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func messages(events []Event) string {
	var all []string
	for _, e := range events {
		all = append(all, e.Message)
	}
	return strings.Join(all, " ")
}

func TestLists(t *testing.T) {
	s := NewStore("")
	newStream(t, s, "b", "2")
	newStream(t, s, "b", "1")
	newStream(t, s, "a", "1")
	if got := strings.Join(s.Groups(), " "); got != "a b" {
		t.Errorf("groups = %s", got)
	}
	if got, err := s.Streams("b"); err != nil || strings.Join(got, " ") != "1 2" {
		t.Errorf("streams = %s, %v", got, err)
	}
	if _, err := s.Streams("none"); !errors.Is(err, ErrNoGroup) {
		t.Errorf("Streams = %v, want ErrNoGroup", err)
	}
}

// What a function pays for a line.
func BenchmarkAppend(b *testing.B) {
	line := []byte("REPORT RequestId: 8b0d0f3e-0000-4000-8000-000000000000\tDuration: 8.40 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\t\n")
	for name, dir := range map[string]string{"memory": "", "files": b.TempDir()} {
		b.Run(name, func(b *testing.B) {
			s := NewStore(dir)
			if err := s.CreateGroup("g"); err != nil {
				b.Fatal(err)
			}
			stream, err := s.NewStream("g", "s")
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				stream.Append(noon, line)
			}
			s.Close() // a disk may well be too slow for this
		})
	}
}
