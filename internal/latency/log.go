package latency

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// LogWriter appends interval histograms to an .hlog file (histogram log format
// version 1.3). Each row is one write, so a killed run leaves whole rows.
// Timestamps are seconds since the epoch, values nanoseconds, and the column of
// maxima milliseconds, as the family's tools expect.
type LogWriter struct {
	w io.Writer
}

// NewLogWriter writes the header.
func NewLogWriter(w io.Writer, start time.Time) (*LogWriter, error) {
	_, err := fmt.Fprintf(w, "#[Histogram log format version 1.3]\n#[StartTime: %.3f (seconds since epoch), %s]\n%s\n",
		seconds(start), start.UTC().Format(time.RFC3339),
		`"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"`)
	if err != nil {
		return nil, fmt.Errorf("write the histogram log's header: %w", err)
	}
	return &LogWriter{w: w}, nil
}

// Write appends one interval. Rows with an empty tag are the ones that tools
// show unless told otherwise.
func (l *LogWriter) Write(tag string, start time.Time, length time.Duration, h *Histogram) error {
	if strings.ContainsAny(tag, ", \r\n") {
		return fmt.Errorf("histogram log: tag %q has a comma, a space or a line break", tag)
	}
	if tag != "" {
		tag = "Tag=" + tag + ","
	}
	payload, err := h.hdr.EncodeV2()
	if err != nil {
		return fmt.Errorf("encode a histogram: %w", err)
	}
	_, err = fmt.Fprintf(l.w, "%s%.3f,%.3f,%.3f,%s\n", tag, seconds(start), length.Seconds(), h.AtRank(h.N()), payload)
	if err != nil {
		return fmt.Errorf("write a row of the histogram log: %w", err)
	}
	return nil
}

// Interval is one row of a histogram log.
type Interval struct {
	Tag       string
	Start     time.Time
	Length    time.Duration
	Histogram *Histogram
}

// ReadLog yields the rows of a histogram log. A last line without a line break is a
// row if it can be read; if not, a killed writer has left it incomplete, and it ends
// the log without an error. Any other row that cannot be read is an error naming
// its line.
//
// The library has a reader, too. This one does what that does not: it tells a torn
// last row from a broken log, names the line of an error, bounds what a timestamp
// may be, and reads histograms of any geometry into this package's.
func ReadLog(r io.Reader) iter.Seq2[Interval, error] {
	return func(yield func(Interval, error) bool) {
		in := bufio.NewReader(r)
		var log logHeader
		for number := 1; ; number++ {
			line, err := in.ReadString('\n')
			last := errors.Is(err, io.EOF)
			if err != nil && !last {
				yield(Interval{}, fmt.Errorf("histogram log, line %d: %w", number, err))
				return
			}
			line = strings.TrimRight(line, "\r\n")
			if line == "" || line[0] == '"' {
				if last {
					return
				}
				continue
			}
			var row Interval
			if line[0] == '#' {
				if err = log.comment(line); err == nil && !last {
					continue
				}
			} else {
				row, err = log.row(line)
			}
			switch {
			case last && (err != nil || row.Histogram == nil):
				return // half a row, or a comment
			case err != nil:
				yield(Interval{}, fmt.Errorf("histogram log, line %d: %w", number, err))
				return
			case !yield(row, nil) || last:
				return
			}
		}
	}
}

// logHeader is what the lines before a row say about its timestamps.
type logHeader struct {
	startTime, baseTime float64
	hasStart, hasBase   bool
}

func (l *logHeader) comment(line string) (err error) {
	if rest, ok := strings.CutPrefix(line, "#[StartTime: "); ok {
		l.startTime, err = parseSeconds(firstWord(rest))
		l.hasStart = true
	} else if rest, ok := strings.CutPrefix(line, "#[BaseTime: "); ok {
		l.baseTime, err = parseSeconds(firstWord(rest))
		l.hasBase = true
	}
	return err
}

func (l *logHeader) row(line string) (Interval, error) {
	var row Interval
	if rest, ok := strings.CutPrefix(line, "Tag="); ok {
		row.Tag, line, ok = strings.Cut(rest, ",")
		if !ok {
			return row, fmt.Errorf("a tag without a row: %.40q", rest)
		}
	}
	fields := strings.Split(line, ",")
	if len(fields) != 4 {
		return row, fmt.Errorf("%d fields instead of start, length, max and histogram", len(fields))
	}
	start, err := parseSeconds(fields[0])
	if err != nil {
		return row, err
	}
	length, err := parseSeconds(fields[1])
	if err != nil {
		return row, err
	}
	// Without a base time the format leaves open whether timestamps count from
	// the epoch or from the start. Its own reader draws the line at a year.
	const year = 365 * 24 * 3600
	switch {
	case l.hasBase:
		start += l.baseTime
	case l.hasStart && start < l.startTime-year:
		start += l.startTime
	}
	row.Start = time.UnixMilli(int64(math.Round(start * 1e3)))
	row.Length = time.Duration(math.Round(length * float64(time.Second)))
	row.Histogram, err = decode(fields[3])
	return row, err
}

// decode reads a histogram of any geometry into one of ours.
func decode(payload string) (*Histogram, error) {
	hdr, err := hdrhistogram.Decode([]byte(payload))
	if err != nil {
		return nil, fmt.Errorf("decode the histogram: %w", err)
	}
	if hdr.LowestTrackableValue() == int64(lowest) && hdr.HighestTrackableValue() == int64(highest) && hdr.SignificantFigures() == digits {
		return &Histogram{hdr: hdr}, nil
	}
	h := New()
	if lost := h.hdr.Merge(hdr); lost > 0 {
		return nil, fmt.Errorf("decode the histogram: %d of its values are above %v", lost, highest)
	}
	return h, nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1e3 }

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

func parseSeconds(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	// Up to the year 2255: more is garbage, and would overflow a Duration.
	if err != nil || math.IsNaN(v) || v < 0 || v > 9e9 {
		return 0, fmt.Errorf("%.40q is not a number of seconds", s)
	}
	return v, nil
}
