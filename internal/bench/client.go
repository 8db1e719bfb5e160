package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
)

// LambdaAPI are the calls that sampling needs; *lambda.Client has them.
type LambdaAPI interface {
	GetFunction(context.Context, *lambda.GetFunctionInput, ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error)
	UpdateFunctionConfiguration(context.Context, *lambda.UpdateFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.UpdateFunctionConfigurationOutput, error)
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

var _ LambdaAPI = (*lambda.Client)(nil)

// passing are the codes of errors that go away by waiting. The control plane has
// 15 requests a second for all functions of an account and region, and a
// function is locked while an update of it is in progress.
var passing = []string{
	"ResourceConflictException", "PreconditionFailedException",
	"TooManyRequestsException", "ThrottlingException", "Throttling", "ThrottledException", "RequestLimitExceeded", "EC2ThrottledException",
	"ServiceException", "ServiceUnavailableException", "InternalFailure", "ResourceNotReadyException",
}

func passes(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(passing, api.ErrorCode())
}

// final says that the service understood the call and will not do it, now or later.
func final(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorFault() != smithy.FaultServer && !passes(err)
}

// backoff waits longer each time, up to a bound.
type backoff struct{ next, first time.Duration }

// The bounds of backoff: a local update takes milliseconds, one on AWS some
// seconds, and GetFunction may be called 100 times a second.
const (
	backoffFirst = 10 * time.Millisecond
	backoffMost  = time.Second
)

func (b *backoff) wait(ctx context.Context) error {
	b.next = min(max(b.first, backoffFirst, b.next*3/2), backoffMost)
	timer := time.NewTimer(b.next)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// patiently calls f until it gives something else than a passing error, and at
// most for the patience; then the error is the last one of f's. The first pause
// is poll, or backoffFirst if that is longer.
func patiently(ctx context.Context, patience, poll time.Duration, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wait := backoff{first: poll}
	for {
		err := f(limited)
		if err == nil || !passes(err) && !errors.Is(err, errNotYet) {
			if err != nil && limited.Err() != nil && ctx.Err() == nil {
				return fmt.Errorf("waited for %v: %w", patience, err)
			}
			return err
		}
		if wait.wait(limited) != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("waited for %v: %w", patience, err)
		}
	}
}

// errNotYet is what a function under patiently returns to be called again.
var errNotYet = errors.New("not yet")
