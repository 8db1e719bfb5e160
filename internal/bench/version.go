package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

// A snapshot is asked for at publishLeast for the first time, then every publishPoll, and
// given up after publishPatience. pulumi/pulumi#15789 reports about three minutes,
// sometimes more; alexcasalboni/aws-lambda-power-tuning#190 more than two.
const (
	publishLeast    = 90 * time.Second
	publishPoll     = 15 * time.Second
	publishPatience = 15 * time.Minute
)

// mark says what a version was published for. It is the version's description, so
// that a version never exists without its mark: whatever kills a run, what it has
// published can be found and deleted.
type mark struct {
	// Run is the benchmark run that published the version.
	Run string `json:"benchmarkRun"`
	// Published is the time of the call, by the caller's clock.
	Published time.Time `json:"published"`
}

// version is a published version that a run has marked.
type version struct {
	number string
	mark
}

// PendingError says that Lambda is still taking the snapshot of a version. The visit
// goes on with it once that is done.
type PendingError struct {
	Version   string
	Published time.Time
	// Wait is the time until it is worth asking again.
	Wait time.Duration
}

func (e *PendingError) Error() string {
	return fmt.Sprintf("version %s, published at %s, is still Pending", e.Version, e.Published.UTC().Format(time.RFC3339))
}

// latest is what the API calls the code and configuration that are not published.
const latest = "$LATEST"

// publisher publishes, finds and deletes the marked versions of one function.
type publisher struct {
	client         LambdaAPI
	arn            string
	patience, poll time.Duration
}

// marked lists the versions that runs have published, in their order.
func (p publisher) marked(ctx context.Context) ([]version, error) {
	var found []version
	var page *string
	for {
		var out *lambda.ListVersionsByFunctionOutput
		err := retry(ctx, p.patience, p.poll, func(ctx context.Context) (err error) {
			out, err = p.client.ListVersionsByFunction(ctx, &lambda.ListVersionsByFunctionInput{FunctionName: &p.arn, Marker: page})
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list the versions: %w", err)
		}
		for _, c := range out.Versions {
			// To delete $LATEST would be to delete the function.
			number := aws.ToString(c.Version)
			if m, ok := parseMark(aws.ToString(c.Description)); ok && number != "" && number != latest {
				found = append(found, version{number, m})
			}
		}
		if page = out.NextMarker; aws.ToString(page) == "" {
			return found, nil
		}
	}
}

// parseMark reads a description; ok is false for that of a version that no run has published.
func parseMark(description string) (m mark, ok bool) {
	err := json.Unmarshal([]byte(description), &m)
	return m, err == nil && m.Run != "" && !m.Published.IsZero()
}

// publish makes a version of what $LATEST is now.
func (p publisher) publish(ctx context.Context, run string) (version, error) {
	description, err := json.Marshal(mark{Run: run, Published: time.Now().UTC()})
	if err != nil {
		return version{}, err
	}
	var out *lambda.PublishVersionOutput
	err = retry(ctx, p.patience, p.poll, func(ctx context.Context) (err error) {
		out, err = p.client.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: &p.arn, Description: aws.String(string(description))})
		return err
	})
	if err != nil {
		return version{}, fmt.Errorf("publish a version: %w", err)
	}
	number := aws.ToString(out.Version)
	// Lambda answers with the last version if nothing has changed since.
	m, ok := parseMark(aws.ToString(out.Description))
	if !ok || m.Run != run {
		return version{}, fmt.Errorf("publish a version: Lambda answers with version %s, which this run has not made; run one benchmark of the function at a time", number)
	}
	return version{number, m}, nil
}

// configuration reads that of a version whose snapshot has been taken. The error is a
// [*PendingError] until then.
func (p publisher) configuration(ctx context.Context, v version) (*types.FunctionConfiguration, error) {
	var out *lambda.GetFunctionOutput
	err := retry(ctx, p.patience, p.poll, func(ctx context.Context) (err error) {
		out, err = p.client.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &p.arn, Qualifier: &v.number})
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("get version %s: %w", v.number, err)
	case out.Configuration == nil:
		return nil, fmt.Errorf("get version %s: the answer has no configuration", v.number)
	}
	c := out.Configuration
	switch c.State {
	case types.StateActive:
		return c, nil
	case types.StateFailed:
		return nil, fmt.Errorf("version %s: the snapshot could not be taken: %s (%s)", v.number, aws.ToString(c.StateReason), c.StateReasonCode)
	}
	age := time.Since(v.Published)
	if age > publishPatience {
		return nil, fmt.Errorf("version %s: its state is %s %v after it was published", v.number, c.State, age.Round(time.Second))
	}
	return nil, &PendingError{Version: v.number, Published: v.Published, Wait: max(publishPoll, publishLeast-age)}
}

// delete deletes the marked versions that unwanted says so of.
func (p publisher) delete(ctx context.Context, versions []version, unwanted func(version) bool) error {
	var errs []error
	for _, v := range versions {
		if !unwanted(v) {
			continue
		}
		err := retry(ctx, p.patience, p.poll, func(ctx context.Context) error {
			_, err := p.client.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &p.arn, Qualifier: &v.number})
			return err
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("delete version %s of %s: %w", v.number, p.arn, err))
		}
	}
	return errors.Join(errs...)
}

// DeleteVersions deletes the versions of a function that a run has published. One whose
// snapshot is being taken can only be deleted afterwards.
func DeleteVersions(ctx context.Context, client LambdaAPI, fn deployed.Function, o Options) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	p := publisher{client: client, arn: fn.ARN, patience: o.Patience, poll: o.Poll}
	versions, err := p.marked(ctx)
	if err != nil {
		return fmt.Errorf("delete the versions of %s: %w", fn.ARN, err)
	}
	return p.delete(ctx, versions, func(v version) bool { return v.Run == o.Run })
}

// useVersion makes the visit measure the run's version of the function. It publishes the
// version if there is none yet, and deletes those that other runs have left.
func (v *Visit) useVersion(ctx context.Context) error {
	marked, err := v.versions.marked(ctx)
	if err != nil {
		return err
	}
	ours := func(m version) bool { return m.Run == v.options.Run }
	if err := v.versions.delete(ctx, marked, func(m version) bool { return !ours(m) }); err != nil {
		return err
	}
	var version version
	if i := slices.IndexFunc(marked, ours); i >= 0 {
		version = marked[i]
	} else {
		// Lambda publishes no version of what it has published already.
		if err := v.forcer.force(ctx); err != nil {
			return err
		}
		if version, err = v.versions.publish(ctx, v.options.Run); err != nil {
			return err
		}
	}
	c, err := v.versions.configuration(ctx, version)
	if err != nil {
		return err
	}
	if c.Timeout != nil {
		v.forcer.timeout = time.Duration(*c.Timeout) * time.Second
	}
	v.invoker.fn.Qualifier, v.published = version.number, version.Published
	return nil
}
