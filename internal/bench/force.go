package bench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

// forcer makes one function's next invocation a cold one. It belongs to one
// goroutine at a time.
type forcer struct {
	client   LambdaAPI
	arn      string
	rng      *rand.Rand
	patience time.Duration
	poll     time.Duration
	// keepOriginal stores the original before the first change.
	keepOriginal func(ctx context.Context, original *string) error

	// kept says that the original was read and stored.
	kept     bool
	original *string // the nonce's value before the run; nil if it had none
	timeout  time.Duration
}

// force writes another nonce and returns when it is in effect.
func (f *forcer) force(ctx context.Context) error {
	err := f.change(ctx, func(ctx context.Context, current *string) (*string, error) {
		if !f.kept {
			if err := f.keepOriginal(ctx, current); err != nil {
				return nil, fmt.Errorf("keep the original configuration: %w", err)
			}
			f.kept, f.original = true, current
		}
		for {
			// A killed run may have left the nonce that this seed draws, and writing the
			// same value again would retire no environment.
			nonce := fmt.Sprintf("%0*x", len(deployed.FirstNonce), f.rng.Uint64())
			if current == nil || *current != nonce {
				return &nonce, nil
			}
		}
	})
	if err != nil {
		return fmt.Errorf("force a cold start: %w", err)
	}
	return nil
}

// restore gives the nonce the value that it had before the first force.
func (f *forcer) restore(ctx context.Context) error {
	if err := f.change(ctx, func(context.Context, *string) (*string, error) { return f.original, nil }); err != nil {
		return fmt.Errorf("restore the environment variable %s of %s: %w", deployed.NonceVariable, f.arn, err)
	}
	return nil
}

// change gives the nonce another value, nil for none, and keeps every other
// variable. UpdateFunctionConfiguration replaces the whole environment, so the
// environment is read first, and written only if its revision is still the one read.
func (f *forcer) change(ctx context.Context, to func(ctx context.Context, current *string) (*string, error)) error {
	var wanted *string
	err := retry(ctx, f.patience, f.poll, func(ctx context.Context) error {
		config, err := f.settled(ctx)
		if err != nil {
			return err
		}
		variables, err := readVariables(config)
		if err != nil {
			return err
		}
		var current *string
		if value, ok := variables[deployed.NonceVariable]; ok {
			current = &value
		}
		if wanted, err = to(ctx, current); err != nil {
			return err
		}
		if equal(current, wanted) {
			return nil // the control plane has few requests a second
		}
		if wanted == nil {
			delete(variables, deployed.NonceVariable)
		} else {
			variables[deployed.NonceVariable] = *wanted
		}
		_, err = f.client.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
			FunctionName: &f.arn, RevisionId: config.RevisionId,
			Environment: &types.Environment{Variables: variables},
		})
		if err != nil {
			return fmt.Errorf("update configuration: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return retry(ctx, f.patience, f.poll, func(ctx context.Context) error {
		config, err := f.settled(ctx)
		if err != nil {
			return err
		}
		if config.LastUpdateStatus == types.LastUpdateStatusFailed {
			return fmt.Errorf("the update failed: %s (%s)", aws.ToString(config.LastUpdateStatusReason), config.LastUpdateStatusReasonCode)
		}
		variables, err := readVariables(config)
		if err != nil {
			return err
		}
		if value, ok := variables[deployed.NonceVariable]; ok != (wanted != nil) || ok && value != *wanted {
			return errors.New("another client changed the function meanwhile; run one benchmark of it at a time")
		}
		return nil
	})
}

func equal(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// settled reads the configuration. Its error is [errInProgress] while an update or the
// creation is in progress. GetFunction has a quota of its own, which is larger
// than that of all other calls together.
func (f *forcer) settled(ctx context.Context) (*types.FunctionConfiguration, error) {
	out, err := f.client.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &f.arn})
	if err != nil {
		return nil, fmt.Errorf("get function: %w", err)
	}
	config := out.Configuration
	if config == nil {
		return nil, errors.New("get function: the answer has no configuration")
	}
	switch {
	case config.State == types.StateFailed:
		return nil, fmt.Errorf("the function's state is Failed: %s", aws.ToString(config.StateReason))
	case config.State == types.StatePending:
		return nil, fmt.Errorf("the function's state is Pending: %w", errInProgress)
	case config.LastUpdateStatus == types.LastUpdateStatusInProgress:
		return nil, fmt.Errorf("an update is in progress: %w", errInProgress)
	}
	if config.Timeout != nil {
		f.timeout = time.Duration(*config.Timeout) * time.Second
	}
	return config, nil
}

// readVariables returns a copy. Variables that Lambda could not decrypt are an
// error: writing the rest back would lose them.
func readVariables(config *types.FunctionConfiguration) (map[string]string, error) {
	variables := map[string]string{}
	if config.Environment == nil {
		return variables, nil
	}
	if e := config.Environment.Error; e != nil {
		return nil, fmt.Errorf("the environment cannot be read, and so not be written back: %s: %s", aws.ToString(e.ErrorCode), aws.ToString(e.Message))
	}
	maps.Copy(variables, config.Environment.Variables)
	return variables, nil
}
