package provision

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Client is what is asked of the Lambda API; a *lambda.Client has it.
type Client interface {
	PutProvisionedConcurrencyConfig(context.Context, *lambda.PutProvisionedConcurrencyConfigInput, ...func(*lambda.Options)) (*lambda.PutProvisionedConcurrencyConfigOutput, error)
	GetProvisionedConcurrencyConfig(context.Context, *lambda.GetProvisionedConcurrencyConfigInput, ...func(*lambda.Options)) (*lambda.GetProvisionedConcurrencyConfigOutput, error)
	DeleteProvisionedConcurrencyConfig(context.Context, *lambda.DeleteProvisionedConcurrencyConfigInput, ...func(*lambda.Options)) (*lambda.DeleteProvisionedConcurrencyConfigOutput, error)
}

const (
	// readyWithin bounds the wait. AWS says that environments are allocated within a
	// minute or two; an account of many functions may take longer.
	readyWithin = 15 * time.Minute
	// askEvery is the pause between two looks at what is being allocated.
	askEvery = 2 * time.Second
	// takeAwayWithin bounds the calls that take it away, which Ctrl-C does not end.
	takeAwayWithin = time.Minute
)

// Provisioned is provisioned concurrency that has to be taken away.
type Provisioned struct {
	client  Client
	journal *Journal
	plan    Plan
}

// Start gives every alias of the plan its provisioned concurrency and returns when all
// environments are initialised. An alias that has provisioned concurrency already is an
// error, and nothing is changed: it belongs to the stage. After any other error, ctx's
// end included, what was given is taken away. dir has the journals; say is told what is
// waited for.
func Start(ctx context.Context, client Client, dir string, p Plan, say func(format string, args ...any)) (*Provisioned, error) {
	journal, err := openJournal(journalPath(dir, p))
	if err != nil {
		return nil, err
	}
	s := &Provisioned{client, journal, p}
	if err := s.start(ctx, say); err != nil {
		return nil, errors.Join(err, journal.close())
	}
	return s, nil
}

func (s *Provisioned) start(ctx context.Context, say func(format string, args ...any)) error {
	left, err := s.journal.read()
	if err != nil {
		return err
	}
	if left != nil {
		say("a load test of %s was killed: its provisioned concurrency is taken away first", left.Since.Local().Format(time.DateTime))
		if err := takeAway(ctx, s.client, s.journal, *left); err != nil {
			return err
		}
	}
	for _, a := range s.plan.Aliases {
		_, err := s.client.GetProvisionedConcurrencyConfig(ctx, &lambda.GetProvisionedConcurrencyConfigInput{FunctionName: &a.Function, Qualifier: &a.Name})
		switch {
		case err == nil:
			return fmt.Errorf("%v has provisioned concurrency of its own: measure it as it is, or take it away from the stage (pulumi config set provisionedConcurrency 0 --stack %s)", a, s.plan.Stage)
		case !absent(err):
			return fmt.Errorf("provisioned concurrency of %v: %w", a, err)
		}
	}
	if err := s.journal.write(s.plan); err != nil {
		return err
	}
	if err := s.give(ctx, say); err != nil {
		return errors.Join(err, takeAway(ctx, s.client, s.journal, s.plan))
	}
	return nil
}

// give asks for all aliases first, so that they are made ready side by side.
func (s *Provisioned) give(ctx context.Context, say func(format string, args ...any)) error {
	for _, a := range s.plan.Aliases {
		_, err := s.client.PutProvisionedConcurrencyConfig(ctx, &lambda.PutProvisionedConcurrencyConfigInput{
			FunctionName: &a.Function, Qualifier: &a.Name, ProvisionedConcurrentExecutions: new(int32(s.plan.Environments)),
		})
		if err != nil {
			return fmt.Errorf("give %v provisioned concurrency %d: %w", a, s.plan.Environments, err)
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, readyWithin, fmt.Errorf("not ready within %v", readyWithin))
	defer cancel()
	for _, a := range s.plan.Aliases {
		if err := s.await(ctx, a, say); err != nil {
			return fmt.Errorf("provisioned concurrency of %v: %w", a, err)
		}
	}
	return nil
}

// await returns when all environments of an alias are initialised.
func (s *Provisioned) await(ctx context.Context, a Alias, say func(format string, args ...any)) error {
	for {
		now, err := s.client.GetProvisionedConcurrencyConfig(ctx, &lambda.GetProvisionedConcurrencyConfigInput{FunctionName: &a.Function, Qualifier: &a.Name})
		if err != nil {
			return err
		}
		switch now.Status {
		case types.ProvisionedConcurrencyStatusEnumReady:
			return nil
		case types.ProvisionedConcurrencyStatusEnumFailed:
			reason := "AWS gives no reason"
			if now.StatusReason != nil {
				reason = *now.StatusReason
			}
			return fmt.Errorf("failed: %s", reason)
		}
		available := int32(0)
		if now.AvailableProvisionedConcurrentExecutions != nil {
			available = *now.AvailableProvisionedConcurrentExecutions
		}
		say("provisioned concurrency of %v: %d of %d environments are ready", a, available, s.plan.Environments)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(askEvery):
		}
	}
}

// End takes the provisioned concurrency away, also where ctx has ended. After an error
// the journal is left behind, and [RestoreAll] tries again.
func (s *Provisioned) End(ctx context.Context) error {
	return errors.Join(takeAway(ctx, s.client, s.journal, s.plan), s.journal.close())
}

// takeAway empties the journal when no alias of the plan has provisioned concurrency any more.
func takeAway(ctx context.Context, client Client, j *Journal, p Plan) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeAwayWithin)
	defer cancel()
	var errs []error
	for _, a := range p.Aliases {
		_, err := client.DeleteProvisionedConcurrencyConfig(ctx, &lambda.DeleteProvisionedConcurrencyConfigInput{FunctionName: &a.Function, Qualifier: &a.Name})
		if err != nil && !absent(err) {
			errs = append(errs, fmt.Errorf("take provisioned concurrency away from %v, which costs money until then: %w", a, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return j.clear()
}

// absent says that there is no provisioned concurrency, or no alias any more.
func absent(err error) bool {
	return errors.As(err, new(*types.ProvisionedConcurrencyConfigNotFoundException)) || errors.As(err, new(*types.ResourceNotFoundException))
}

// RestoreAll takes away all that the journals of a folder name, but for those of load
// tests that are running. connect makes the client of a plan's account and region. done
// is told of every plan that was taken back. A journal that cannot be replayed keeps no
// other from it.
func RestoreAll(ctx context.Context, dir string, connect func(context.Context, Plan) (Client, error), done func(Plan)) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	var errs []error
	for _, path := range paths {
		errs = append(errs, restore(ctx, path, connect, done))
	}
	return errors.Join(errs...)
}

func restore(ctx context.Context, path string, connect func(context.Context, Plan) (Client, error), done func(Plan)) error {
	j, err := openJournal(path)
	if err != nil {
		return err
	}
	defer j.close()
	p, err := j.read()
	if err != nil || p == nil {
		return err
	}
	client, err := connect(ctx, *p)
	if err != nil {
		return fmt.Errorf("restore stage %s: %w", p.Stage, err)
	}
	if err := takeAway(ctx, client, j, *p); err != nil {
		return fmt.Errorf("restore stage %s: %w", p.Stage, err)
	}
	done(*p)
	return nil
}
