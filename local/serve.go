package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// The files that serve writes: what is running, the operator's credentials, and the
// key of the stats API.
const (
	deployedFile    = "deployed.json"
	credentialsFile = "credentials"
	apiKeyFile      = "api-key"
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
			"results       "+m.database,
		)
		for _, s := range m.schedules {
			if s.Enabled {
				lines = append(lines, fmt.Sprintf("workflow      every %v, the first in %[1]v", s.Every))
			}
		}
	}
	credentials, err := writeCredentials(path(credentialsFile), m.operator)
	if err != nil {
		return err
	}
	lines = append(lines, "")
	if set := credentialsInEnvironment(); len(set) > 0 {
		lines = append(lines, "  unset "+strings.Join(set, " "))
	}
	lines = append(lines,
		fmt.Sprintf("  export AWS_ENDPOINT_URL=%s AWS_REGION=%[2]s AWS_DEFAULT_REGION=%[2]s AWS_SHARED_CREDENTIALS_FILE=%[3]s", m.stack.EndpointURL, m.stack.Region, credentials),
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
	_, err = fmt.Fprintln(stdout, strings.Join(append(lines, "", "Ctrl-C ends it."), "\n"))
	return err
}

// writeCredentials writes a shared credentials file, which every SDK reads and only
// the user can, and returns its absolute path.
func writeCredentials(path string, c iam.Credentials) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", c.AccessKeyID, c.SecretAccessKey)
	return path, os.WriteFile(path, []byte(text), 0o600)
}

// credentialsInEnvironment are the variables that are set here and that SDKs prefer
// to AWS_SHARED_CREDENTIALS_FILE.
func credentialsInEnvironment() []string {
	names := []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
	return slices.DeleteFunc(names, func(name string) bool { return os.Getenv(name) == "" })
}
