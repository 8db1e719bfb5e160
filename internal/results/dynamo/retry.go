package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/smithy-go"
)

// Pauses between tries double from firstPause to longestPause. A random part of
// each spreads clients that were throttled together. All pauses take 8 to 17
// seconds.
const (
	tries        = 10
	firstPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
)

// retryable are the errors that waiting resolves. The SDK has tried a few times
// before it returns one.
var retryable = []string{
	"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded",
	"InternalServerError", "ServiceUnavailable", "TransactionConflictException",
}

// retry calls DynamoDB until it succeeds, fails for good, or has been tried often
// enough.
func retry(ctx context.Context, call func() error) error {
	for try := 1; ; try++ {
		err := call()
		if err == nil {
			return nil
		}
		failure, ok := errors.AsType[smithy.APIError](err)
		if !ok || !slices.Contains(retryable, failure.ErrorCode()) {
			return err
		}
		if try == tries {
			return fmt.Errorf("after %d tries: %w", tries, err)
		}
		if pauseErr := pause(ctx, try); pauseErr != nil {
			return errors.Join(pauseErr, err)
		}
	}
}

// pause waits after the n-th try, n from 1.
func pause(ctx context.Context, n int) error {
	limit := min(firstPause<<(n-1), longestPause)
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(limit/2 + rand.N(limit/2)):
		return nil
	}
}
