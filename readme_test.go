package main

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestReadmeNamesEverySetting keeps the README's table of settings equal to
// Pulumi.yaml, which a test of package stack keeps equal to the code.
func TestReadmeNamesEverySetting(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	project, err := os.ReadFile("Pulumi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var settings struct {
		Config map[string]struct {
			Type, Description string
			Default           any
		}
	}
	if err := yaml.Unmarshal(project, &settings); err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for lines := bufio.NewScanner(strings.NewReader(string(readme))); lines.Scan(); {
		if name, rest, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "| `"), "` | "); ok && strings.HasPrefix(lines.Text(), "| `") {
			rows[name] = rest
		}
	}
	for name, s := range settings.Config {
		row, ok := rows[name]
		if !ok {
			t.Errorf("README.md does not name the setting %s", name)
			continue
		}
		if !strings.HasPrefix(row, s.Type) || !strings.Contains(row, s.Description) {
			t.Errorf("README.md says of %s: %s\nwant type %s and: %s", name, row, s.Type, s.Description)
		}
	}
}
