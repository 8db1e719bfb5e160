package bench

import (
	"context"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Check invokes every function once for each workload and compares the answers. It
// proves that an artefact works where its times would mean nothing, such as under
// an emulator. It reconfigures nothing and keeps no sample. The status of a row is
// checked or failed, and skipped once ctx is done.
func Check(ctx context.Context, client LambdaAPI, fns []deployed.Function, o Options) ([]results.VariantSummary, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	var all []results.VariantSummary
	for _, fn := range fns {
		if fn.Contract() != functions.ContractHello {
			continue
		}
		all = append(all, check(ctx, client, fn, o))
	}
	return all, nil
}

func check(ctx context.Context, client LambdaAPI, fn deployed.Function, o Options) results.VariantSummary {
	v := results.VariantSummary{Variant: fn.Variant, Status: results.Checked}
	invoker := invoker{client: client, fn: fn, patience: o.Patience}
	for _, e := range o.Workloads {
		sample := results.Sample{Event: e}
		err := invoker.invoke(ctx, &sample, 0)
		if ctx.Err() != nil {
			v.Status, v.Reason = results.Skipped, "the run ended before its turn came"
			return v
		}
		if sample.Answer != nil {
			v.RanOn = &results.RanOn{Version: sample.Answer.RuntimeVersion}
			err = Verify(fn.Variant, e, *sample.Answer)
		}
		switch {
		case err != nil:
			v.Status, v.Reason = results.Failed, err.Error()
		case sample.Error != "":
			v.Status, v.Reason = results.Failed, sample.Error
		}
		if v.Status == results.Failed {
			break
		}
	}
	ok := v.Status == results.Checked
	v.AnswerOK = &ok
	return v
}
