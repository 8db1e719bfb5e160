package deployed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Outputs asks Pulumi for what it deployed as a stage: the base URL of the API in front of
// the module functions, and the stack.
func Outputs(ctx context.Context, stage string) (url string, s Stack, err error) {
	path, err := exec.LookPath("pulumi")
	if err != nil {
		return "", s, errors.New("pulumi is not on the PATH, and it knows what the stage deployed; install it, or give -url")
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
func parseOutputs(data []byte) (url string, s Stack, err error) {
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
		if s, err = Parse(raw); err != nil {
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
