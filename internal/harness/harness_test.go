package harness

import (
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name      string
		variables map[string]string
		platform  deployed.Platform
		ttl       time.Duration
		wantError string
	}{
		{name: "the least", variables: map[string]string{TableName: "t"}, platform: deployed.AWS},
		{
			name:      "everything",
			variables: map[string]string{TableName: "t", SampleTTLDays: "30", Platform: "local", Stage: "dev"},
			platform:  deployed.Local, ttl: 30 * 24 * time.Hour,
		},
		{name: "samples that stay", variables: map[string]string{TableName: "t", SampleTTLDays: "0"}, platform: deployed.AWS},
		{name: "no table", wantError: TableName},
		{name: "days that are no number", variables: map[string]string{TableName: "t", SampleTTLDays: "x"}, wantError: SampleTTLDays},
		{name: "days before", variables: map[string]string{TableName: "t", SampleTTLDays: "-1"}, wantError: SampleTTLDays},
		{name: "another platform", variables: map[string]string{TableName: "t", Platform: "gcp"}, wantError: Platform},
	} {
		t.Run(test.name, func(t *testing.T) {
			h, table, ttl, err := read(func(name string) string { return test.variables[name] })
			if test.wantError != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantError) {
					t.Errorf("error is %v, want one that names %s", err, test.wantError)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if table != "t" || h.Platform != test.platform || ttl != test.ttl || h.Stage != test.variables[Stage] {
				t.Errorf("%+v, table %q, ttl %v", h, table, ttl)
			}
		})
	}
}
