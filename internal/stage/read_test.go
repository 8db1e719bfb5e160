package stage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRead(t *testing.T) {
	const project = "name: lambda-benchmark\n"
	config := func(pairs ...string) Config {
		values := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			values[pairs[i]] = pairs[i+1]
		}
		c, err := ParseConfig(values)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, row := range []struct {
		name, file string
		want       Stage
		err        string
	}{
		{
			name: "lists and numbers",
			file: "config:\n  aws:region: eu-central-1\n  lambda-benchmark:memoryMB: [128, 512]\n  lambda-benchmark:provisionedConcurrency: 3\n  other:key: 1\n",
			want: Stage{Project: "lambda-benchmark", Name: "mine", Region: "eu-central-1", Config: config("memoryMB", "[128,512]", "provisionedConcurrency", "3")},
		},
		{
			name: "as the pulumi command writes it: a number in quotes",
			file: "config:\n  lambda-benchmark:provisionedConcurrency: \"0\"\n",
			want: Stage{Project: "lambda-benchmark", Name: "mine", Config: config("provisionedConcurrency", "0")},
		},
		{
			name: "truth values and objects",
			file: "config:\n  lambda-benchmark:scheduleEnabled: false\n  lambda-benchmark:functions:\n    - arn: arn:aws:lambda:us-east-1:123456789012:function:mine\n      payload: {a: 1}\n",
			want: Stage{Project: "lambda-benchmark", Name: "mine", Config: config("scheduleEnabled", "false",
				"functions", `[{"arn":"arn:aws:lambda:us-east-1:123456789012:function:mine","payload":{"a":1}}]`)},
		},
		{name: "unknown key", file: "config:\n  lambda-benchmark:memory: 512\n", err: "stage mine: config memory: there is no such key"},
		{name: "encrypted", file: "config:\n  lambda-benchmark:parameterValue:\n    secure: AAAB\n", err: "stage mine: config lambda-benchmark:parameterValue: it is encrypted"},
		{name: "no YAML", file: "config: [", err: "stage mine: Pulumi.mine.yaml: yaml:"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{"Pulumi.yaml": project, "Pulumi.mine.yaml": row.file} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := Read(dir, "mine")
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) {
					t.Fatalf("error is %v, want one that says %q", err, row.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, got, cmpopts.IgnoreUnexported(Config{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadNamesTheStages(t *testing.T) {
	_, err := Read("../..", "staging")
	if want := "stage staging: there is no Pulumi.staging.yaml: choose from dev, prod"; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}
