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
// each spreads clients that were throttled together. All pauses of a throttled call
// take 8 to 17 seconds, those of a call that fails in the service 0.2 to 0.4.
const (
	throttleTries = 10
	failureTries  = 4
	firstPause    = 50 * time.Millisecond
	longestPause  = 5 * time.Second
)

// throttles are errors that waiting resolves.
var throttles = []string{
	"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "TransactionConflictException",
}

// failures are errors of the service. It may recover at once, or be out of order,
// such as the local one whose disk is full.
var failures = []string{"InternalServerError", "ServiceUnavailable"}

// triesFor is how often a call is tried that fails with err. The SDK has tried a few
// times before it returns one.
func triesFor(err error) int {
	failure, ok := errors.AsType[smithy.APIError](err)
	switch {
	case !ok:
		return 1
	case slices.Contains(throttles, failure.ErrorCode()):
		return throttleTries
	case slices.Contains(failures, failure.ErrorCode()):
		return failureTries
	}
	return 1
}

// retry calls DynamoDB until it succeeds, fails for good, or has been tried often
// enough.
func retry(ctx context.Context, call func() error) error {
	for try := 1; ; try++ {
		err := call()
		if err == nil {
			return nil
		}
		tries := triesFor(err)
		switch {
		case tries == 1:
			return err
		case try >= tries:
			return fmt.Errorf("after %d tries: %w", try, err)
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
