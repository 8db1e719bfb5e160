package sandbox

import (
	"bytes"
	"slices"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
)

const (
	// maxLine is where a line is cut: CloudWatch's limit for one event used to be the same.
	maxLine = 256 << 10
	// maxTail is how much of an invocation's log Invoke can return.
	maxTail = 4 << 10
)

// journal brings the platform's lines and the function's own into one stream,
// and keeps the tail of it. A function that writes without end costs one line
// of memory.
type journal struct {
	mu      sync.Mutex
	stream  LogStream
	partial []byte // the function's unfinished line
	tail    []byte // the last maxTail bytes, and up to as much before them
}

func newJournal(stream LogStream) *journal { return &journal{stream: stream} }

// write takes what the function printed, in whatever pieces it comes.
func (j *journal) write(output []byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	for len(output) > 0 {
		end := bytes.IndexByte(output, '\n') + 1
		whole := end > 0
		if !whole {
			end = len(output)
		}
		if room := maxLine - len(j.partial); end >= room {
			end, whole = room, true
		}
		j.partial = append(j.partial, output[:end]...)
		output = output[end:]
		if whole {
			j.flush(now)
		}
	}
}

// platform writes one of the platform's lines. A line that the function has
// begun is ended by it, as it is not going to be finished before.
func (j *journal) platform(r lambdalog.Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.append(r)
}

func (j *journal) append(r lambdalog.Record) {
	now := time.Now()
	j.flush(now)
	j.emit(now, append(r.AppendText(nil), '\n'))
}

// message writes a line of the platform that is no record.
func (j *journal) message(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	j.flush(now)
	j.emit(now, []byte(text+"\n"))
}

// begin starts the tail of an invocation.
func (j *journal) begin() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.flush(time.Now())
	j.tail = j.tail[:0]
}

// last returns the tail of the invocation so far.
func (j *journal) last() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.tail[max(0, len(j.tail)-maxTail):])
}

func (j *journal) flush(at time.Time) {
	if len(j.partial) == 0 {
		return
	}
	message := slices.Clone(j.partial) // the stream may keep it
	if len(message) < maxLine && message[len(message)-1] != '\n' {
		message = append(message, '\n') // in the tail, the platform's lines must begin lines
	}
	j.emit(at, message)
	if j.partial = j.partial[:0]; cap(j.partial) > 4*maxTail {
		j.partial = nil
	}
}

func (j *journal) emit(at time.Time, message []byte) {
	j.stream.Append(at, message)
	if len(message) > maxTail {
		message = message[len(message)-maxTail:]
	}
	if len(j.tail)+len(message) > 2*maxTail {
		j.tail = append(j.tail[:0], j.tail[len(j.tail)-maxTail:]...)
	}
	j.tail = append(j.tail, message...)
}
