package stage

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Stage is a stage as the files of Pulumi describe it.
type Stage struct {
	// Project is the name in Pulumi.yaml, Name the one in Pulumi.<name>.yaml.
	Project, Name string
	// Region is the stage's aws:region, or empty.
	Region string
	Config Config
}

// Read reads Pulumi.yaml and Pulumi.<name>.yaml under the repository's
// root, and understands the configuration exactly as `pulumi up` would.
func Read(root, name string) (Stage, error) {
	var project struct {
		Name string `yaml:"name"`
	}
	if err := readYAML(filepath.Join(root, "Pulumi.yaml"), &project); err != nil {
		return Stage{}, fmt.Errorf("stage %s: %w", name, err)
	}
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	err := readYAML(filepath.Join(root, "Pulumi."+name+".yaml"), &file)
	if errors.Is(err, fs.ErrNotExist) {
		return Stage{}, fmt.Errorf("stage %s: there is no Pulumi.%s.yaml: choose from %s", name, name, strings.Join(stages(root), ", "))
	}
	if err != nil {
		return Stage{}, fmt.Errorf("stage %s: %w", name, err)
	}
	s := Stage{Project: project.Name, Name: name}
	values := map[string]string{}
	for key, value := range file.Config {
		text, err := configValue(value)
		if err != nil {
			return Stage{}, fmt.Errorf("stage %s: config %s: %w", name, key, err)
		}
		if key == "aws:region" {
			s.Region = text
		}
		if own, ok := strings.CutPrefix(key, project.Name+":"); ok {
			values[own] = text
		}
	}
	if s.Config, err = ParseConfig(values); err != nil {
		return Stage{}, fmt.Errorf("stage %s: %w", name, err)
	}
	return s, nil
}

func readYAML(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

// configValue is a value as Pulumi hands it to a program: text as it is, all
// else as JSON.
func configValue(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case nil:
		return "", nil
	case map[string]any:
		if _, ok := v["secure"]; ok {
			return "", fmt.Errorf("it is encrypted, and only Pulumi can read it: local needs it in plain text")
		}
	}
	text, err := json.Marshal(value)
	return string(text), err
}

// stages lists the stages that have a file.
func stages(root string) []string {
	paths, _ := filepath.Glob(filepath.Join(root, "Pulumi.*.yaml")) // the pattern is well-formed
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "Pulumi."), ".yaml")
	}
	return names
}
