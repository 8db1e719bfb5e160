package ssm

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

const prefix = "arn:aws:ssm:eu-central-1:123456789012:parameter"

var parameters = []Parameter{
	{Name: "/dev/value", Value: "hello"},
	{Name: "plain", Type: "String", Value: "1"},
	{Name: "/dev/secret", Type: "SecureString", Value: "hidden"},
}

func service(o Options) *Service {
	o.Region, o.AccountID, o.Parameters = "eu-central-1", "123456789012", parameters
	return New(o)
}

func anyone(action, resource string) error { return nil }

func code(err error) string {
	if e, ok := errors.AsType[*apierror.Error](err); ok {
		return e.Code
	}
	return ""
}

func TestGetParameter(t *testing.T) {
	s := service(Options{})
	for _, tt := range []struct {
		name, asked string
		want        Reading
		code        string
	}{
		{"path", "/dev/value", Reading{Parameter: Parameter{"/dev/value", "String", "hello"}, ARN: prefix + "/dev/value"}, ""},
		{"plain name", "plain", Reading{Parameter: Parameter{"plain", "String", "1"}, ARN: prefix + "/plain"}, ""},
		{"ARN of a path", prefix + "/dev/value", Reading{Parameter: Parameter{"/dev/value", "String", "hello"}, ARN: prefix + "/dev/value"}, ""},
		{"ARN of a plain name", prefix + "/plain", Reading{Parameter: Parameter{"plain", "String", "1"}, ARN: prefix + "/plain"}, ""},
		{"version", "/dev/value:1", Reading{Parameter: Parameter{"/dev/value", "String", "hello"}, ARN: prefix + "/dev/value", Selector: ":1"}, ""},
		{"decrypted", "/dev/secret", Reading{Parameter: Parameter{"/dev/secret", "SecureString", "hidden"}, ARN: prefix + "/dev/secret"}, ""},
		{"no such version", "plain:2", Reading{}, "ParameterVersionNotFound"},
		{"no such parameter", "nope", Reading{}, "ParameterNotFound"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.GetParameter(t.Context(), anyone, tt.asked, true)
			if code(err) != tt.code || (err == nil) != (tt.code == "") {
				t.Fatalf("error %v, want %q", err, tt.code)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(Reading{}, "Modified")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSecureStringIsOpaque(t *testing.T) {
	s := service(Options{})
	first, err := s.GetParameter(t.Context(), anyone, "/dev/secret", false)
	if err != nil || first.Value == "" || first.Value == "hidden" {
		t.Fatalf("value %q, %v", first.Value, err)
	}
	if again, err := s.GetParameter(t.Context(), anyone, "/dev/secret", false); err != nil || again.Value != first.Value {
		t.Errorf("then %q, %v; want %q", again.Value, err, first.Value)
	}
}

// A caller that may not read does not learn whether there is something to read.
func TestDenied(t *testing.T) {
	var asked []string
	denied := errors.New("denied")
	deny := func(action, resource string) error {
		asked = append(asked, action+" "+resource)
		return denied
	}
	s := service(Options{})
	for _, name := range []string{"plain", "nope"} {
		if _, err := s.GetParameter(t.Context(), deny, name, true); !errors.Is(err, denied) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, _, err := s.GetParameters(t.Context(), deny, []string{"/dev/value"}, true); !errors.Is(err, denied) {
		t.Errorf("error %v", err)
	}
	want := []string{"ssm:GetParameter " + prefix + "/plain", "ssm:GetParameter " + prefix + "/nope", "ssm:GetParameters " + prefix + "/dev/value"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
}

func TestLatency(t *testing.T) {
	for _, latency := range []time.Duration{0, 20 * time.Millisecond, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			s := service(Options{Latency: latency})
			start := time.Now()
			if _, err := s.GetParameter(t.Context(), anyone, "plain", true); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(start); got != latency {
				t.Errorf("answered after %s, want %s", got, latency)
			}
		})
	}
}

// The service does not wait for a caller that has hung up.
func TestLatencyEndsWithTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := service(Options{Latency: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := s.GetParameter(ctx, anyone, "plain", true)
		if got := time.Since(start); got != time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waited %s, error %v", got, err)
		}
	})
}

func TestQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := service(Options{})
		throttledOf := func(calls int) int {
			n := 0
			for range calls {
				_, err := s.GetParameter(t.Context(), anyone, "plain", true)
				switch {
				case err == nil:
				case code(err) == "ThrottlingException":
					n++
				default:
					t.Fatal(err)
				}
			}
			return n
		}
		if got := throttledOf(100); got != 60 {
			t.Errorf("%d of 100 calls at once were throttled, want 60", got)
		}
		time.Sleep(500 * time.Millisecond)
		if got := throttledOf(30); got != 10 {
			t.Errorf("half a second later %d of 30, want 10", got)
		}
	})
}
