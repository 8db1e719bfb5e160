package workflow

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// definition is the state machine in Amazon States Language, with placeholders for
// what differs from stack to stack.
//
//go:embed workflow.asl.json
var definition string

// Definition is the state machine over the two functions. An execution that leaves
// fields of its [Input] out takes them from the defaults.
func Definition(runnerARN, collectorARN string, defaults Input) (string, error) {
	input, err := json.Marshal(defaults)
	if err != nil {
		return "", fmt.Errorf("workflow: write the input: %w", err)
	}
	text := definition
	for placeholder, value := range map[string]string{
		`"${runner}"`: quote(runnerARN), `"${collector}"`: quote(collectorARN), `"${defaults}"`: string(input),
	} {
		if !strings.Contains(text, placeholder) {
			return "", fmt.Errorf("workflow: the definition does not use %s", placeholder)
		}
		text = strings.ReplaceAll(text, placeholder, value)
	}
	return text, nil
}

// quote is a JSON string.
func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string is always valid JSON
	}
	return string(text)
}
