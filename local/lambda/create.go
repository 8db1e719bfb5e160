package lambda

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// code is an artefact on this machine.
type code struct {
	size     int64 // of the zip
	taskRoot string
	launch   Launch
}

// CreateFunction makes a function of a zip and returns its unqualified ARN and
// the version that it published, or $LATEST. The function is Active at once.
func (s *Service) CreateFunction(ctx context.Context, c FunctionConfig) (arn, version string, err error) {
	if err := s.begin(); err != nil {
		return "", "", err
	}
	defer s.lifetime.end()
	c = c.clone()
	if c.LogGroup == "" {
		c.LogGroup = "/aws/lambda/" + c.Name
	}
	if err := c.check(); err != nil {
		return "", "", err
	}
	if s.exists(c.Name) {
		return "", "", alreadyExists(c.Name)
	}
	code, hash, err := s.code(ctx, c)
	if err != nil {
		return "", "", err
	}
	c.CodeSHA256 = hash
	f := &function{
		service:     s,
		name:        c.Name,
		arn:         s.arn(reference{name: c.Name}),
		credentials: newCredentials(),
		revision:    newUUID(),
		modified:    time.Now(),
		aliases:     map[string]Alias{},
		provisioned: map[string]*allocation{},
	}
	if d := s.options.Directory; d != nil {
		if err := d.Assume(c.RoleARN, "lambda.amazonaws.com", iam.Credentials(f.credentials)); err != nil {
			return "", "", invalidParameter("The role defined for the function cannot be assumed by Lambda (%v).", err)
		}
	}
	f.latest = f.newVersion(latest, c, code)
	version = latest
	if c.Publish {
		version = f.publish("").number
	}
	return f.arn, version, s.add(f, c.ReservedConcurrency)
}

func (s *Service) exists(name string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, ok := s.functions[name]
	return ok
}

func alreadyExists(name string) *apierror.Error { return conflict("Function already exist: %s", name) }

func (s *Service) add(f *function, reserved *int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.functions[f.name]; ok {
		return alreadyExists(f.name)
	}
	if err := s.concurrency.reserve(&f.share, reserved); err != nil {
		return err
	}
	s.functions[f.name] = f
	return nil
}

// code unpacks a function's zip and finds what runs it.
func (s *Service) code(ctx context.Context, c FunctionConfig) (code, string, error) {
	hash, size, err := hashFile(c.CodePath)
	if err != nil {
		return code{}, "", err
	}
	if c.CodeSHA256 != "" && c.CodeSHA256 != hash {
		return code{}, "", fmt.Errorf("code %s: its SHA-256 is %s, not %s: it has changed since it was built", c.CodePath, hash, c.CodeSHA256)
	}
	launch, err := s.options.Runtime(ctx, c.Runtime, c.Architecture)
	if err != nil {
		return code{}, "", err
	}
	// A folder of its own for each hash: no running process ever sees its files change.
	taskRoot := filepath.Join(s.options.CodeDir, hash)
	if err := s.options.Unpack(c.CodePath, taskRoot); err != nil {
		return code{}, "", err
	}
	return code{size: size, taskRoot: taskRoot, launch: launch}, hash, nil
}

func hashFile(path string) (hash string, size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", 0, fmt.Errorf("code: %w", err)
	}
	defer file.Close()
	digest := sha256.New()
	if size, err = io.Copy(digest, file); err != nil {
		return "", 0, fmt.Errorf("code %s: %w", path, err)
	}
	return hex.EncodeToString(digest.Sum(nil)), size, nil
}
