package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigateway"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Limits of the stats API. The page needs no key, so the whole stage is limited too:
// its URL is public, and must not run up a bill.
const (
	stageRate, stageBurst = 50, 100 // requests per second, and at once
	planRate, planBurst   = 20, 40
	planQuotaPerDay       = 20_000
)

// statsAPI shows the results to those who have the key.
type statsAPI struct {
	stage  *apigateway.Stage
	secret pulumi.StringOutput // name
}

// statsAPI makes the API in front of the function. The page at / is for
// everybody, the data behind it needs the key.
func (d *definition) statsAPI(f function) (*statsAPI, error) {
	api, err := d.restAPI("stats", "Results of the benchmark")
	if err != nil {
		return nil, err
	}
	if err := api.get("page", api.RootResourceId, f.InvokeArn, false); err != nil {
		return nil, err
	}
	v1, err := api.path("v1", api.RootResourceId, "v1")
	if err != nil {
		return nil, err
	}
	paths := map[string]*apigateway.Resource{"v1": v1}
	for _, p := range []struct{ logical, parent, part string }{
		{"stats", "v1", "stats"},
		{"history", "v1", "history"},
		{"runs", "v1", "runs"},
		{"run", "runs", "{id}"},
		{"variants", "run", "variants"},
		{"samples", "run", "samples"},
		{"load", "run", "load"},
	} {
		path, err := api.path(p.logical, paths[p.parent].ID(), p.part)
		if err != nil {
			return nil, err
		}
		if err := api.get(p.logical, path.ID(), f.InvokeArn, true); err != nil {
			return nil, err
		}
		paths[p.logical] = path
	}
	stage, err := api.stage()
	if err != nil {
		return nil, err
	}
	if err := api.permit(f.variant.Name(), stage, "*", f.Name, nil); err != nil {
		return nil, err
	}
	if err := api.throttle(stage, stageRate, stageBurst); err != nil {
		return nil, err
	}
	secret, err := d.admit(api, stage)
	if err != nil {
		return nil, err
	}
	return &statsAPI{stage: stage, secret: secret}, nil
}

// admit makes the key, and the usage plan that lets its holder in. It returns
// the name of the secret that holds the key.
func (d *definition) admit(api *restAPI, stage *apigateway.Stage) (pulumi.StringOutput, error) {
	key, secret, err := d.apiKey()
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	plan, err := apigateway.NewUsagePlan(d.ctx, "stats", &apigateway.UsagePlanArgs{
		Name: pulumi.String(d.names.Physical("stats")),
		ApiStages: apigateway.UsagePlanApiStageArray{apigateway.UsagePlanApiStageArgs{
			ApiId: api.ID(), Stage: stage.StageName,
		}},
		ThrottleSettings: apigateway.UsagePlanThrottleSettingsArgs{
			RateLimit: pulumi.Float64(planRate), BurstLimit: pulumi.Int(planBurst),
		},
		QuotaSettings: apigateway.UsagePlanQuotaSettingsArgs{
			Limit: pulumi.Int(planQuotaPerDay), Period: pulumi.String("DAY"),
		},
		Tags: d.tags,
	})
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("api stats: usage plan: %w", err)
	}
	_, err = apigateway.NewUsagePlanKey(d.ctx, "stats", &apigateway.UsagePlanKeyArgs{
		KeyId: key.ID(), KeyType: pulumi.String("API_KEY"), UsagePlanId: plan.ID(),
	},
		// It repeats the key's value, which the SDK hides of the key itself only.
		pulumi.AdditionalSecretOutputs([]string{"value"}))
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("api stats: usage plan: key: %w", err)
	}
	return secret, nil
}
