// Package ssm is the part of Systems Manager that functions read: parameters,
// with its quota and its latency.
//
// A parameter has the one version that the stack made. Left out are writing,
// hierarchies, history, labels and KMS: a secure string is kept as it is, and is
// opaque to a reader that does not ask for decryption.
package ssm

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

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// secureString is the type of a parameter that is read as ciphertext.
const secureString = "SecureString"

// Parameter is a parameter as the stack defines it.
type Parameter struct {
	Name string
	// Type is String, StringList or SecureString; empty means String.
	Type  string
	Value string
}

// Options are what a [Service] serves.
type Options struct {
	Region, AccountID string
	Parameters        []Parameter
	// Latency is added to every call. Without it a call takes microseconds, and a
	// function that waits for it could not be told from one that does not.
	Latency time.Duration
	// Rate is the quota of calls per second. Zero means AWS's 40.
	Rate float64
}

// Service is Systems Manager of one account and region. It is safe for concurrent use.
type Service struct {
	prefix     string               // of a parameter's ARN, without the slash before the name
	parameters map[string]Parameter // by name
	created    time.Time
	latency    time.Duration
	quota      *rate.Limiter
	key        []byte // makes the ciphertext of secure strings
}

// New returns a service with the options' parameters.
func New(o Options) *Service {
	perSecond := cmp.Or(o.Rate, 40)
	s := &Service{
		prefix:     "arn:aws:ssm:" + o.Region + ":" + o.AccountID + ":parameter",
		parameters: map[string]Parameter{},
		created:    time.Now(),
		latency:    o.Latency,
		quota:      rate.NewLimiter(rate.Limit(perSecond), max(1, int(math.Ceil(perSecond)))),
		key:        make([]byte, 32),
	}
	_, _ = rand.Read(s.key) // never fails
	for _, p := range o.Parameters {
		p.Type = cmp.Or(p.Type, "String")
		s.parameters[p.Name] = p
	}
	return s
}

// Reading is a parameter as a caller reads it.
type Reading struct {
	Parameter
	ARN string
	// Selector is the version that the caller named, as in :1; it may be empty.
	Selector string
	Modified time.Time
}

// GetParameter returns a parameter that the caller may read. A secure string
// that is not decrypted has its ciphertext as its value.
func (s *Service) GetParameter(ctx context.Context, authorize iam.Authorize, name string, decrypt bool) (Reading, error) {
	if err := s.admit(ctx); err != nil {
		return Reading{}, err
	}
	r, ok, err := s.read(authorize, "ssm:GetParameter", name, decrypt)
	if err == nil && !ok {
		err = &apierror.Error{Code: "ParameterNotFound"}
	}
	return r, err
}

// GetParameters returns the parameters of up to 10 names, and the names that no
// parameter has.
func (s *Service) GetParameters(ctx context.Context, authorize iam.Authorize, names []string, decrypt bool) (found []Reading, invalid []string, err error) {
	if err := s.admit(ctx); err != nil {
		return nil, nil, err
	}
	if len(names) < 1 || len(names) > 10 {
		return nil, nil, &apierror.Error{Code: "ValidationException", Message: fmt.Sprintf(
			"1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length between 1 and 10, inclusive, not %d", len(names))}
	}
	for _, name := range names {
		r, ok, err := s.read(authorize, "ssm:GetParameters", name, decrypt)
		switch {
		case err != nil:
			return nil, nil, err
		case ok:
			found = append(found, r)
		default:
			invalid = append(invalid, name)
		}
	}
	return found, invalid, nil
}

// admit takes the call's token when it arrives and returns after the latency, so
// that a throttled call costs its caller a round trip as well.
func (s *Service) admit(ctx context.Context) error {
	allowed := s.quota.Allow()
	if s.latency > 0 {
		timer := time.NewTimer(s.latency)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if !allowed {
		return &apierror.Error{Code: "ThrottlingException", Message: "Rate exceeded"}
	}
	return nil
}

// read looks a parameter up. A name may be an ARN and may end in a version, as in name:1.
func (s *Service) read(authorize iam.Authorize, action, name string, decrypt bool) (Reading, bool, error) {
	asked, isARN := strings.CutPrefix(name, s.prefix)
	selector := ""
	if i := strings.IndexByte(asked, ':'); i >= 0 {
		asked, selector = asked[:i], asked[i:]
	}
	if isARN { // an ARN does not tell whether the name itself begins with a slash
		if _, ok := s.parameters[asked]; !ok {
			asked = strings.TrimPrefix(asked, "/")
		}
	}
	arn := s.prefix + "/" + strings.TrimPrefix(asked, "/")
	if err := authorize(action, arn); err != nil {
		return Reading{}, false, err
	}
	p, ok := s.parameters[asked]
	if !ok {
		return Reading{}, false, nil
	}
	if selector != "" && selector != ":1" {
		return Reading{}, false, &apierror.Error{Code: "ParameterVersionNotFound", Message: fmt.Sprintf(
			"Systems Manager could not find version %s of %s. Verify the version and try again.", selector[1:], asked)}
	}
	if p.Type == secureString && !decrypt {
		p.Value = s.ciphertext(p.Value)
	}
	return Reading{Parameter: p, ARN: arn, Selector: selector, Modified: s.created}, true, nil
}

// ciphertext is opaque, and the same each time. It is never decrypted.
func (s *Service) ciphertext(value string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(value))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
