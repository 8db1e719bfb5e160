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

	// The versions of functions with SnapStart.
	PublishVersion(context.Context, *lambda.PublishVersionInput, ...func(*lambda.Options)) (*lambda.PublishVersionOutput, error)
	ListVersionsByFunction(context.Context, *lambda.ListVersionsByFunctionInput, ...func(*lambda.Options)) (*lambda.ListVersionsByFunctionOutput, error)
	DeleteFunction(context.Context, *lambda.DeleteFunctionInput, ...func(*lambda.Options)) (*lambda.DeleteFunctionOutput, error)
}

var _ LambdaAPI = (*lambda.Client)(nil)

// retryable are the codes of errors that waiting resolves. The control plane takes
// 15 requests a second for all functions of an account and region, and a function
// is locked while an update of it is in progress.
var retryable = []string{
	"ResourceConflictException", "PreconditionFailedException", "SnapStartNotReadyException",
	"TooManyRequestsException", "ThrottlingException", "Throttling", "ThrottledException", "RequestLimitExceeded", "EC2ThrottledException",
	"ServiceException", "ServiceUnavailableException", "InternalFailure", "ResourceNotReadyException",
}

// Retryable says whether waiting resolves an error: a throttle, or a conflict with
// another change of the same function.
func Retryable(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && slices.Contains(retryable, api.ErrorCode())
}

// refused says that the service understood the call and will not do it, now or later.
func refused(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorFault() != smithy.FaultServer && !Retryable(err)
}

// backoff waits longer each time, up to a bound.
type backoff struct{ next, first time.Duration }

// The bounds of backoff. A local update takes milliseconds, one on AWS takes
// seconds, and GetFunction may be called 100 times a second.
const (
	backoffFirst = 10 * time.Millisecond
	backoffLimit = time.Second
)

func (b *backoff) wait(ctx context.Context) error {
	b.next = min(max(b.first, backoffFirst, b.next*3/2), backoffLimit)
	timer := time.NewTimer(b.next)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// retry calls f until its error is nil or not retryable, for the patience at most.
// After the patience the error wraps f's last one. The first pause is poll, or
// backoffFirst if that is longer.
func retry(ctx context.Context, patience, poll time.Duration, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wait := backoff{first: poll}
	for {
		err := f(limited)
		if err == nil || !Retryable(err) && !errors.Is(err, errInProgress) {
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

// errInProgress is an error that [retry] retries: an update is not in effect yet.
var errInProgress = errors.New("in progress")
