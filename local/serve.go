package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// The files that serve writes: what is running, and the key of the stats API.
const (
	deployedFile = "deployed.json"
	apiKeyFile   = "api-key"
)

// serve starts the stack and keeps it up until ctx is done.
func serve(ctx context.Context, begin setup, stdout io.Writer) error {
	m, err := begin.start(ctx)
	if err != nil {
		return err
	}
	defer begin.stop(m)
	if every := begin.options.Every; every > 0 {
		for i := range m.schedules {
			m.schedules[i].Every = every
		}
	}
	if err := announce(stdout, m, begin.record.dir); err != nil {
		return err
	}
	var schedules sync.WaitGroup
	for _, s := range m.schedules {
		schedules.Go(func() { m.workflows.Keep(ctx, s) })
	}
	<-ctx.Done()
	schedules.Wait()
	return nil
}

// announce writes what is running into the run directory, and says where
// everything is and how to use it.
func announce(stdout io.Writer, m *machine, dir *results.Dir) error {
	path := func(name string) string { return filepath.Join(dir.Path(), name) }
	lines := []string{
		"API           " + m.stack.APIURL,
		"AWS endpoint  " + m.stack.EndpointURL,
		fmt.Sprintf("functions     %d, described in %s", len(m.stack.Functions), path(deployedFile)),
	}
	if m.statsURL != "" {
		// The key is a secret: it goes into a file that only the user can read.
		if err := os.WriteFile(path(apiKeyFile), []byte(m.apiKey), 0o600); err != nil {
			return err
		}
		lines = append(lines,
			"stats         "+m.statsURL+", its key in "+path(apiKeyFile),
			"results       in "+m.database,
		)
		for _, s := range m.schedules {
			if s.Enabled {
				lines = append(lines, fmt.Sprintf("workflow      every %v, the first in %[1]v", s.Every))
			}
		}
	}
	lines = append(lines, "",
		fmt.Sprintf("  export AWS_ENDPOINT_URL=%s AWS_REGION=%[2]s AWS_DEFAULT_REGION=%[2]s AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=me", m.stack.EndpointURL, m.stack.Region),
		"  aws lambda list-functions",
	)
	if m.stack.APIURL != "" {
		lines = append(lines, "  go run ./loadgen -url "+m.stack.APIURL)
	}
	if m.statsURL != "" {
		lines = append(lines,
			"  aws stepfunctions start-execution --state-machine-arn "+m.stack.WorkflowARN,
			fmt.Sprintf("  curl -H \"x-api-key: $(cat %s)\" %s/v1/stats", path(apiKeyFile), m.statsURL),
		)
	}
	// The file is written last: a program that waits for it finds everything ready.
	if err := dir.WriteJSON(deployedFile, m.stack); err != nil {
		return err
	}
	_, err := fmt.Fprintln(stdout, strings.Join(append(lines, "", "Ctrl-C ends it."), "\n"))
	return err
}
