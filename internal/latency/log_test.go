package latency

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

var start = time.Date(2026, 11, 25, 1, 2, 3, 500e6, time.UTC)

func written(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	log, err := NewLogWriter(&out, start)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range []struct {
		tag    string
		length time.Duration
		h      *Histogram
	}{
		{"", time.Second, filled(time.Millisecond, 20*time.Millisecond)},
		{"service", time.Second, filled(900 * time.Microsecond)},
		{"", 1500 * time.Millisecond, filled(highest, 0)},
		{"", 500 * time.Millisecond, New()},
	} {
		if err := log.Write(row.tag, start.Add(time.Duration(i)*time.Second), row.length, row.h); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func TestLogRoundTrip(t *testing.T) {
	text := written(t)
	var rows []Interval
	for row, err := range ReadLog(strings.NewReader(text)) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if len(rows) != 4 {
		t.Fatalf("%d rows, want 4", len(rows))
	}
	if r := rows[0]; r.Tag != "" || !r.Start.Equal(start) || r.Length != time.Second || r.Histogram.N() != 2 {
		t.Errorf("row 1: %+v with %d values", r, r.Histogram.N())
	}
	if got, want := rows[0].Histogram.AtRank(2), filled(20*time.Millisecond).AtRank(1); got != want {
		t.Errorf("row 1: largest %v, want %v", got, want)
	}
	if r := rows[1]; r.Tag != "service" || r.Histogram.N() != 1 {
		t.Errorf("row 2: %+v", r)
	}
	if r := rows[2]; !r.Start.Equal(start.Add(2*time.Second)) || r.Length != 1500*time.Millisecond || r.Histogram.N() != 2 {
		t.Errorf("row 3: %+v", r)
	}
	if n := rows[3].Histogram.N(); n != 0 {
		t.Errorf("row 4 has %d values", n)
	}
}

// The library's own reader, as another tool of the family, sees the same.
func TestLogIsReadByOthers(t *testing.T) {
	reader := hdrhistogram.NewHistogramLogReader(strings.NewReader(written(t)))
	h, err := reader.NextIntervalHistogram()
	if err != nil || h == nil {
		t.Fatalf("no first row: %v", err)
	}
	if h.TotalCount() != 2 || h.StartTimeMs() != start.UnixMilli() || h.EndTimeMs() != start.UnixMilli()+1000 {
		t.Errorf("first row: %d values from %d to %d", h.TotalCount(), h.StartTimeMs(), h.EndTimeMs())
	}
	if h, err = reader.NextIntervalHistogram(); err != nil || h.Tag() != "service" {
		t.Errorf("second row: tag %q (%v)", h.Tag(), err)
	}
}

// And what others write is read here: relative timestamps, with and without a base time.
func TestReadLogOfOthers(t *testing.T) {
	payload, err := hdrhistogram.New(1, 3_600_000_000_000, 2).EncodeV2()
	if err != nil {
		t.Fatal(err)
	}
	for name, head := range map[string]string{
		"relative to the start": "#[StartTime: 1441812279.474 (seconds since epoch), Wed Sep 09 08:24:39 PDT 2015]\n",
		"relative to a base":    "#[StartTime: 1441812279.474 (seconds since epoch), x]\n#[BaseTime: 1441812279.474 (seconds since epoch)]\n",
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			for row, err := range ReadLog(strings.NewReader(head + "#a comment\nTag=A,0.127,1.007,2.769," + string(payload) + "\n")) {
				n++
				if err != nil || row.Tag != "A" || row.Start.UnixMilli() != 1441812279601 || row.Length != 1007*time.Millisecond {
					t.Errorf("got %+v (%v)", row, err)
				}
			}
			if n != 1 {
				t.Errorf("%d rows", n)
			}
		})
	}
}

// A killed writer leaves a prefix: whole rows are read, half a row is not an error.
func TestReadLogPrefix(t *testing.T) {
	text := written(t)
	for cut := range text {
		n := 0
		for _, err := range ReadLog(strings.NewReader(text[:cut])) {
			if err != nil {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			n++
		}
		want := max(strings.Count(text[:cut], "\n")-3, 0)
		if strings.Count(text[:cut], "\n") >= 3 && text[cut] == '\n' {
			want++ // the line break alone is missing
		}
		if n != want {
			t.Fatalf("cut at %d: %d rows, want %d", cut, n, want)
		}
	}
}

func TestReadLogErrors(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"fields":    {"1,2,3\n", "line 1: 3 fields"},
		"start":     {"\nx,2,3,y\n", `line 2: "x" is not a number`},
		"length":    {"1,-2,3,y\n", `"-2" is not`},
		"histogram": {"1,2,3,HISTnothing\n", "decode"},
		"tag":       {"Tag=a\n", "without a row"},
		"base time": {"#[BaseTime: x (seconds)]\n", `"x" is not`},
	} {
		t.Run(name, func(t *testing.T) {
			var last error
			for _, err := range ReadLog(strings.NewReader(tt.text)) {
				last = err
			}
			if last == nil || !strings.Contains(last.Error(), tt.want) {
				t.Errorf("got %v, want an error about %q", last, tt.want)
			}
		})
	}
}

func TestLogTag(t *testing.T) {
	log, err := NewLogWriter(&bytes.Buffer{}, start)
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Write("a,b", start, time.Second, New()); err == nil {
		t.Error("a tag with a comma was written")
	}
}

func FuzzReadLog(f *testing.F) {
	f.Add("#[StartTime: 1.5 (seconds since epoch), x]\nTag=a,1,2,3,HISTFAAAAB542pNpmSzMwMDAyAABzFCaEUzmCTMwMDAAADjkAkQ=\n")
	f.Fuzz(func(t *testing.T, text string) {
		for row, err := range ReadLog(strings.NewReader(text)) {
			if err == nil && (row.Histogram == nil || row.Length < 0) {
				t.Errorf("row %+v", row)
			}
		}
	})
}
