package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

// stackOutputs asks Pulumi for what it deployed as a stage.
func stackOutputs(ctx context.Context, stage string) (url string, s deployed.Stack, err error) {
	path, err := exec.LookPath("pulumi")
	if err != nil {
		return "", s, errors.New("pulumi is not on the PATH, and it knows the stage's URL; install it, or give -url")
	}
	cmd := exec.CommandContext(ctx, path, "stack", "output", "--json", "--stack", stage)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", s, fmt.Errorf("pulumi stack output: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return parseOutputs(stdout.Bytes())
}

// parseOutputs reads a stack's outputs: apiUrl, and deployed, which is JSON in a text.
func parseOutputs(data []byte) (url string, s deployed.Stack, err error) {
	var outputs struct {
		APIURL   string          `json:"apiUrl"`
		Deployed json.RawMessage `json:"deployed"`
	}
	if err := json.Unmarshal(data, &outputs); err != nil {
		return "", s, fmt.Errorf("read the stack's outputs: %w", err)
	}
	if raw := outputs.Deployed; len(raw) > 0 {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			raw = json.RawMessage(text)
		}
		if s, err = deployed.Parse(raw); err != nil {
			return "", s, err
		}
	}
	if url = outputs.APIURL; url == "" {
		url = s.APIURL
	}
	if url == "" {
		return "", s, errors.New("the stack has no output apiUrl; is it up? (pulumi up)")
	}
	return url, s, nil
}

// checkThrottle refuses a plan of more requests per second than the stage's API takes:
// its 429s would be measured in place of the functions. Targets elsewhere do not count.
func (lt *loadTest) checkThrottle() error {
	limit := lt.stack.APIRequestsPerSecond
	if limit == 0 || lt.attack.Closed != nil {
		return nil // a closed loop plans no rate; announce says what it meets
	}
	planned := lt.attack.Schedule.PeakRate() * float64(lt.targetsOfStage()) / float64(len(lt.attack.Targets))
	if planned <= float64(limit) {
		return nil
	}
	return fmt.Errorf("-stage %[1]s: up to %[2]g requests/s are planned for its API, which takes %[3]d and answers 429 to the others: plan fewer (-rate is for each target), or raise the limit: pulumi config set moduleRequestsPerSecond %[4]g --stack %[1]s && pulumi up --stack %[1]s",
		lt.stage, planned, limit, math.Ceil(planned))
}

// targetsOfStage counts the targets that are paths of the stage's API.
func (lt *loadTest) targetsOfStage() (n int) {
	for _, t := range lt.attack.Targets {
		if strings.HasPrefix(t.URL, lt.url) {
			n++
		}
	}
	return n
}
