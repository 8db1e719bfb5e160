package results

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// lineError is a line of samples.jsonl that cannot be read.
type lineError struct {
	Line int
	Err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("%s line %d: %v", SamplesFile, e.Line, e.Err) }

// Unwrap returns what is wrong with the line.
func (e *lineError) Unwrap() error { return e.Err }

// readSamples yields the samples in the order of their lines. A line that cannot
// be read is a *[lineError], and reading goes on; a last line that a killed writer
// left unfinished is only counted: torn is 0 or 1.
func readSamples(f io.Reader, yield func(Sample, error) bool) (torn int) {
	lines := bufio.NewReader(f)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			yield(Sample{}, fmt.Errorf("read %s: %w", SamplesFile, err))
			return 0
		}
		last := err == io.EOF
		if len(bytes.TrimSpace(line)) > 0 {
			var s Sample
			switch err := json.Unmarshal(line, &s); {
			case err == nil:
				if !yield(s, nil) {
					return 0
				}
			case last:
				return 1
			case !yield(Sample{}, &lineError{number, err}):
				return 0
			}
		}
		if last {
			return 0
		}
	}
}
