package secrets

import (
	"errors"
	"regexp"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

func TestGetSecretValue(t *testing.T) {
	const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:dev/api-key-AbCdEf"
	s := New("eu-central-1", "123456789012", []Secret{{Name: "dev/api-key", ARN: arn, Value: "k"}, {Name: "short", ARN: "short"}})
	anyone := func(action, resource string) error { return nil }
	for _, tt := range []struct {
		name, id, stage string
		want, code      string
	}{
		{"name", "dev/api-key", "", "k", ""},
		{"ARN", arn, "", "k", ""},
		{"partial ARN", arn[:len(arn)-7], "", "k", ""},
		{"current stage", "dev/api-key", CurrentStage, "k", ""},
		{"no such secret", "nope", "", "", "ResourceNotFoundException"},
		{"no such stage", "dev/api-key", "AWSPREVIOUS", "", "ResourceNotFoundException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.GetSecretValue(anyone, tt.id, "", tt.stage)
			e, _ := errors.AsType[*apierror.Error](err)
			if (err != nil) != (tt.code != "") || e != nil && e.Code != tt.code {
				t.Fatalf("error %v, want %q", err, tt.code)
			}
			if err == nil && (got.Value != tt.want || got.ARN != arn || len(got.Version) != 36) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestNewARN(t *testing.T) {
	s := New("eu-central-1", "123456789012", []Secret{{Name: "dev/key"}})
	got := s.secrets[0].ARN
	if !regexp.MustCompile(`^arn:aws:secretsmanager:eu-central-1:123456789012:secret:dev/key-[A-Z2-7]{6}$`).MatchString(got) || got != s.newARN("dev/key") {
		t.Errorf("ARN %s", got)
	}
}
