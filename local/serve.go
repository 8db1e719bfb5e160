package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// The files that serve writes: what is running, and the key of the stats API.
const (
	deployedFile = "deployed.json"
	apiKeyFile   = "api-key"
)

// serve starts the stack and keeps it up until ctx is done.
func (b *benchmark) serve(ctx context.Context, stdout io.Writer) error {
	m, err := b.start(ctx)
	if err != nil {
		return err
	}
	defer b.close(m)
	// The file comes last: whoever waits for it finds everything ready.
	if err := b.dir.WriteJSON(deployedFile, m.stack); err != nil {
		return err
	}
	if err := b.announce(stdout, m); err != nil {
		return err
	}
	var schedules sync.WaitGroup
	for _, s := range m.schedules {
		if b.options.Every > 0 {
			s.Every = b.options.Every
		}
		schedules.Go(func() { m.workflows.Keep(ctx, s) })
	}
	<-ctx.Done()
	schedules.Wait()
	return nil
}

// announce says where everything is, and how to use it.
func (b *benchmark) announce(stdout io.Writer, m *machine) error {
	path := func(name string) string { return filepath.Join(b.dir.Path(), name) }
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
			if every := cmp.Or(b.options.Every, s.Every); s.Enabled {
				lines = append(lines, fmt.Sprintf("workflow      every %v, the first in %v", every, every))
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
		input, err := json.Marshal(b.stage.Config.WorkflowInput())
		if err != nil {
			return err
		}
		lines = append(lines,
			fmt.Sprintf("  aws stepfunctions start-execution --state-machine-arn %s --input '%s'", m.stack.WorkflowARN, input),
			fmt.Sprintf("  curl -H \"x-api-key: $(cat %s)\" %s/v1/stats", path(apiKeyFile), m.statsURL),
		)
	}
	_, err := fmt.Fprintln(stdout, strings.Join(append(lines, "", "Ctrl-C ends it."), "\n"))
	return err
}
