package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/statsapi/client"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// keyVariable is the environment variable with the key of the stats API. A command line
// can be read by others, and stays in histories.
const keyVariable = "STATS_API_KEY"

// latest names the newest run that is finished.
const latest = "latest"

// source has runs by their IDs: the stats API, or the table.
type source interface {
	Latest(ctx context.Context) (id string, err error)
	Fetch(ctx context.Context, id string) (results.Run, error)
}

// source is where -url or -stage says that the runs are.
func (s *settings) source(ctx context.Context) (source, error) {
	if s.stage != "" {
		return tableOf(ctx, s.stage)
	}
	key := os.Getenv(keyVariable)
	if key == "" {
		return nil, fmt.Errorf(`-url needs the API's key in the environment variable %s: export %[1]s="$(aws secretsmanager get-secret-value --secret-id "$(pulumi stack output apiKeySecretName)" --query SecretString --output text)"`, keyVariable)
	}
	return client.New(s.url, key)
}

// tableOf is the table of a stage, which is read with the user's own credentials.
func tableOf(ctx context.Context, stage string) (source, error) {
	_, stack, err := deployed.Outputs(ctx, stage)
	if err != nil {
		return nil, err
	}
	if stack.Table == "" {
		return nil, fmt.Errorf("-stage %s: the stack has no table; is it up? (pulumi up)", stage)
	}
	return dynamo.Open(ctx, stack)
}

// fetch reads a run and writes it into a directory like that of any other run.
func (s *settings) fetch(ctx context.Context, id string) (r results.Run, page string, err error) {
	from, err := s.source(ctx)
	if err != nil {
		return r, "", err
	}
	if id == latest {
		if id, err = from.Latest(ctx); err != nil {
			return r, "", keyHint(err)
		}
	}
	out := s.out
	if out == "" {
		if !filepath.IsLocal(id) || filepath.Base(id) != id {
			return r, "", fmt.Errorf("run %q: its name is none of a directory: choose one with -out", id)
		}
		out = filepath.Join("out", id)
	}
	if _, err := os.Lstat(filepath.Join(out, results.ManifestFile)); err == nil {
		return r, "", fmt.Errorf("%s holds a run already: print that one (report %[1]s), or choose another directory with -out", out)
	}
	if r, err = from.Fetch(ctx, id); err != nil {
		return r, "", keyHint(err)
	}
	dir, err := results.WriteRun(out, r)
	if err != nil {
		return r, "", err
	}
	r.CheckAA(verdict.Options{}) // of what is shown: the files stay as they were fetched
	if err := dir.WriteFile(results.ReportFile, func(w io.Writer) error { return report.HTML(w, r) }); err != nil {
		return r, "", err
	}
	return r, filepath.Join(out, results.ReportFile), nil
}

// keyHint says where the key comes from, if it is that which is wrong.
func keyHint(err error) error {
	if errors.Is(err, client.ErrKey) {
		return fmt.Errorf("%w: is $%s that of this stage?", err, keyVariable)
	}
	return err
}
