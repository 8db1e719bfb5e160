package awsapi

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Parameter is one of Systems Manager's parameters.
type Parameter struct {
	Name string
	// Type is String, StringList or SecureString; empty means String.
	Type  string
	Value string
}

type ssmService struct {
	server     *Server
	operations Operations
	parameters map[string]Parameter // by name
	created    time.Time
	latency    time.Duration
	quota      *rate.Limiter
	key        []byte // makes the ciphertext of secure strings
}

func newSSM(s *Server) *ssmService {
	svc := &ssmService{
		server:     s,
		parameters: map[string]Parameter{},
		created:    time.Now(),
		latency:    cmp.Or(s.options.SSMLatency, DefaultSSMLatency),
		quota:      perSecond(cmp.Or(s.options.SSMRate, 40)),
		key:        make([]byte, 32),
	}
	_, _ = rand.Read(svc.key) // never fails
	for _, p := range s.options.Parameters {
		p.Type = cmp.Or(p.Type, "String")
		svc.parameters[p.Name] = p
	}
	svc.operations = Operations{
		"GetParameter":  Operation(svc.getParameter),
		"GetParameters": Operation(svc.getParameters),
	}
	return svc
}

// perSecond is a token bucket that holds one second's calls.
func perSecond(calls float64) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(calls), max(1, int(math.Ceil(calls))))
}

// ServeJSON takes the call's token when it arrives and answers after the
// latency, so that a throttled call costs its caller a round trip as well.
func (s *ssmService) ServeJSON(ctx context.Context, c *Call) (any, error) {
	allowed := s.quota.Allow()
	if err := sleep(ctx, s.latency); err != nil {
		return nil, err
	}
	if !allowed {
		return nil, &Error{Code: "ThrottlingException", Message: "Rate exceeded"}
	}
	return s.operations.ServeJSON(ctx, c)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type parameterJSON struct {
	Name             string
	Type             string
	Value            string
	Version          int
	Selector         string  `json:",omitempty"`
	LastModifiedDate float64 // seconds since 1970
	ARN              string
	DataType         string
}

type getParameterInput struct {
	Name           string
	WithDecryption bool
}

type getParameterOutput struct{ Parameter parameterJSON }

func (s *ssmService) getParameter(_ context.Context, c *Call, in getParameterInput) (getParameterOutput, error) {
	p, err := s.find(c, "ssm:GetParameter", in.Name, in.WithDecryption)
	if err != nil {
		return getParameterOutput{}, err
	}
	if p == nil {
		return getParameterOutput{}, &Error{Code: "ParameterNotFound"}
	}
	return getParameterOutput{Parameter: *p}, nil
}

type getParametersInput struct {
	Names          []string
	WithDecryption bool
}

type getParametersOutput struct {
	Parameters        []parameterJSON
	InvalidParameters []string
}

func (s *ssmService) getParameters(_ context.Context, c *Call, in getParametersInput) (getParametersOutput, error) {
	out := getParametersOutput{Parameters: []parameterJSON{}, InvalidParameters: []string{}}
	if len(in.Names) < 1 || len(in.Names) > 10 {
		return out, &Error{Code: "ValidationException", Message: fmt.Sprintf(
			"1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length between 1 and 10, inclusive, not %d", len(in.Names))}
	}
	for _, name := range in.Names {
		p, err := s.find(c, "ssm:GetParameters", name, in.WithDecryption)
		switch {
		case err != nil:
			return out, err
		case p == nil:
			out.InvalidParameters = append(out.InvalidParameters, name)
		default:
			out.Parameters = append(out.Parameters, *p)
		}
	}
	return out, nil
}

// find returns a parameter that the caller may read, or nil if there is none
// of that name. A name may be an ARN and may end in a version, as in name:1;
// every parameter has the one version that the stack made.
func (s *ssmService) find(c *Call, action, name string, decrypt bool) (*parameterJSON, error) {
	prefix := s.server.arn("ssm", "parameter")
	asked, isARN := strings.CutPrefix(name, prefix)
	selector := ""
	if i := strings.IndexByte(asked, ':'); i >= 0 {
		asked, selector = asked[:i], asked[i:]
	}
	if isARN { // whether the name itself starts with a slash cannot be seen in an ARN
		if _, ok := s.parameters[asked]; !ok {
			asked = strings.TrimPrefix(asked, "/")
		}
	}
	arn := prefix + "/" + strings.TrimPrefix(asked, "/")
	if err := c.Authorize(action, arn); err != nil {
		return nil, err
	}
	p, ok := s.parameters[asked]
	if !ok {
		return nil, nil
	}
	if selector != "" && selector != ":1" {
		return nil, &Error{Code: "ParameterVersionNotFound", Message: fmt.Sprintf(
			"Systems Manager could not find version %s of %s. Verify the version and try again.", selector[1:], asked)}
	}
	value := p.Value
	if p.Type == "SecureString" && !decrypt {
		value = s.ciphertext(value)
	}
	return &parameterJSON{
		Name: p.Name, Type: p.Type, Value: value, Version: 1, Selector: selector,
		LastModifiedDate: epochSeconds(s.created), ARN: arn, DataType: "text",
	}, nil
}

// ciphertext is what a secure string reads as without decryption: opaque, and
// the same each time. Nothing here ever needs to turn it back.
func (s *ssmService) ciphertext(value string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(value))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// epochSeconds is how the JSON protocol writes times: seconds, to the millisecond.
func epochSeconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
