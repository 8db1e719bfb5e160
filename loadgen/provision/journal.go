package provision

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/filelock"
)

// Alias is an alias of a function.
type Alias struct {
	// Function is an unqualified ARN.
	Function string `json:"function"`
	Name     string `json:"name"`
}

// String is the qualified ARN.
func (a Alias) String() string { return a.Function + ":" + a.Name }

// Plan is which aliases get how much.
type Plan struct {
	Stage  string `json:"stage"`
	Region string `json:"region"`
	// EndpointURL is where the Lambda API answers; empty means AWS itself.
	EndpointURL string  `json:"endpointUrl,omitempty"`
	Aliases     []Alias `json:"aliases"`
	// Environments is the provisioned concurrency of each alias.
	Environments int `json:"environments"`
	// Since is when the journal was written.
	Since time.Time `json:"since"`
}

// Journal is the file that says what has to be taken away. An empty file says that
// nothing has. It is locked while it is open.
type Journal struct{ file *os.File }

// inUseError says that another process has a journal open.
type inUseError struct{ path string }

func (e *inUseError) Error() string {
	return e.path + " is in use: another load test gives the stage provisioned concurrency; wait until it has ended"
}

// journalPath is the journal of the stage that a plan is of: the account is part of a
// function's ARN, and so of the name.
func journalPath(dir string, p Plan) string {
	account := "unknown"
	if fields := strings.Split(p.Aliases[0].Function, ":"); len(fields) > 4 {
		account = fields[4]
	}
	return filepath.Join(dir, filepath.Base(p.Stage+"-"+p.Region+"-"+account+".json"))
}

// openJournal opens a journal, makes it if there is none, and locks it.
func openJournal(path string) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the journal: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	free, err := filelock.Try(file)
	switch {
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	case !free:
		return nil, errors.Join(&inUseError{path}, file.Close())
	}
	return &Journal{file}, nil
}

// read returns the plan that has to be taken back, or nil.
func (j *Journal) read() (*Plan, error) {
	data, err := io.ReadAll(io.NewSectionReader(j.file, 0, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	if len(data) == 0 {
		return nil, nil
	}
	var p Plan
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("read the journal %s: %w; look after the provisioned concurrency of the stage's aliases, then delete the file", j.file.Name(), err)
	}
	return &p, nil
}

// write returns when the plan is on the disk.
func (j *Journal) write(p Plan) error {
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := j.clear(); err != nil {
		return err
	}
	if _, err := j.file.WriteAt(append(data, '\n'), 0); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

// clear says that there is nothing to be taken away.
func (j *Journal) clear() error {
	if err := j.file.Truncate(0); err != nil {
		return fmt.Errorf("empty the journal: %w", err)
	}
	return nil
}

func (j *Journal) close() error { return j.file.Close() }
