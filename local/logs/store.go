package logs

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// ErrNoGroup says that a log group does not exist. A caller that may create
// it does so with [Store.CreateGroup].
var ErrNoGroup = errors.New("the specified log group does not exist")

// ErrGroupExists says that a log group exists already.
var ErrGroupExists = errors.New("the specified log group already exists")

// memoryLimit bounds the bytes of all events in memory: about a quarter of a
// million of the platform's lines.
const memoryLimit = 64 << 20

// eventOverhead is what an event costs beside its message.
const eventOverhead = 64

// Event is one logged event.
type Event struct {
	Stream string
	// Timestamp is when it was logged, Ingestion when the store received it,
	// both to the millisecond, as on AWS.
	Timestamp, Ingestion time.Time
	// ID is unique in a store and sorts like (Timestamp, arrival).
	ID      string
	Message string
}

// Store holds log groups. It is safe for concurrent use.
type Store struct {
	files *files // nil without a directory
	limit int

	mu     sync.RWMutex
	groups map[string]*group
	// arrival lists the stream of every event in memory, oldest first: the order of eviction.
	arrival  []*stream
	size     int
	sequence uint64
	closed   bool
}

type group struct {
	name    string
	streams map[string]*stream
	// evicted is the newest timestamp that memory has given up; zero if none.
	evicted time.Time
}

type stream struct {
	store *Store
	group *group
	name  string
	path  string // of its file, if there are files
	// events only grow at the end and are only resliced at the front, so that
	// a reader may keep a copy of the slice without the lock.
	events []event
}

type event struct {
	timestamp, ingestion time.Time
	sequence             uint64
	message              string
}

func (e event) size() int { return len(e.message) + eventOverhead }

// NewStore returns an empty store. Streams are files under dir as well, or in
// memory only if dir is empty.
func NewStore(dir string) *Store {
	s := &Store{limit: memoryLimit, groups: map[string]*group{}}
	if dir != "" {
		s.files = newFiles(dir)
	}
	return s
}

// groupName is CloudWatch's pattern.
var groupName = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)

// CreateGroup makes a log group. It fails with [ErrGroupExists] if there is one.
func (s *Store) CreateGroup(name string) error {
	if !groupName.MatchString(name) || !isLocal(name) {
		return fmt.Errorf("create log group %q: a name has 1 to 512 of the characters a-z, A-Z, 0-9, _ - / . #, and no .. in it", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.groups[name]; ok {
		return fmt.Errorf("create log group %s: %w", name, ErrGroupExists)
	}
	s.groups[name] = &group{name: name, streams: map[string]*stream{}}
	return nil
}

// isLocal says whether a name can be a file's path below a directory.
func isLocal(name string) bool {
	return !strings.Contains(name, "..") && !strings.ContainsAny(name, "\\\x00") && path.Clean("/"+name) != "/"
}

// Groups returns the names of the log groups, sorted.
func (s *Store) Groups() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Sorted(maps.Keys(s.groups))
}

// Streams returns the names of a group's streams, sorted.
func (s *Store) Streams(group string) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g, ok := s.groups[group]
	if !ok {
		return nil, fmt.Errorf("streams of log group %s: %w", group, ErrNoGroup)
	}
	return slices.Sorted(maps.Keys(g.streams)), nil
}

// NewStream makes a stream in a group that exists, or returns the one of that
// name. It fails with [ErrNoGroup].
func (s *Store) NewStream(group, name string) (sandbox.LogStream, error) {
	if name == "" || len(name) > 512 || strings.ContainsAny(name, ":*") || !isLocal(name) {
		return nil, fmt.Errorf("create log stream %q in %s: a name has 1 to 512 characters without : and *, and no .. in it", name, group)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.groups[group]
	if !ok {
		return nil, fmt.Errorf("create log stream %s in %s: %w", name, group, ErrNoGroup)
	}
	st, ok := g.streams[name]
	if !ok {
		st = &stream{store: s, group: g, name: name}
		if s.files != nil {
			st.path = s.files.path(group, name)
		}
		g.streams[name] = st
	}
	return st, nil
}

// Name is the stream's name.
func (st *stream) Name() string { return st.name }

// Append adds an event. It copies the message.
func (st *stream) Append(at time.Time, message []byte) {
	s := st.store
	e := event{
		timestamp: at.Truncate(time.Millisecond),
		ingestion: time.Now().Truncate(time.Millisecond),
		message:   string(message),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.sequence++
	e.sequence = s.sequence
	st.events = append(st.events, e)
	s.arrival = append(s.arrival, st)
	s.size += e.size()
	for s.size > s.limit && len(s.arrival) > 0 {
		s.evict()
	}
	if s.files != nil {
		// Inside the lock, so that a file has its events in the order of memory.
		s.files.append(st.path, e)
	}
}

// evict gives up the event that arrived first. The lock is held.
func (s *Store) evict() {
	st := s.arrival[0]
	s.arrival = s.arrival[1:]
	e := st.events[0]
	st.events = st.events[1:]
	s.size -= e.size()
	if e.timestamp.After(st.group.evicted) {
		st.group.evicted = e.timestamp
	}
}

// Close writes what is left to the files and closes them; what is appended
// afterwards is lost. The error is the first that a file gave, or how many
// lines the disk was too slow for.
func (s *Store) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if closed || s.files == nil {
		return nil
	}
	if err := s.files.close(); err != nil {
		return fmt.Errorf("write logs to %s: %w", s.files.dir, err)
	}
	return nil
}
