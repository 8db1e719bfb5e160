package deploy

import (
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/local/gateway"
)

type apiKeyInputs struct {
	Name, Value       string
	Description, Tags ignored
}

// apiKey makes a key; API Gateway makes up the value of one that has none.
func (m *monitor) apiKey(in apiKeyInputs) (string, outputs, error) {
	if in.Value == "" {
		in.Value = m.newKey
	}
	id := apiID("key " + in.Name)
	if m.gateway.keys == nil {
		m.gateway.keys = map[string]string{}
	}
	m.gateway.keys[id] = in.Value
	return id, outputs{"value": in.Value, "arn": "arn:aws:apigateway:" + m.region + "::/apikeys/" + id}, nil
}

type usagePlanInputs struct {
	Name             string
	APIStages        []struct{ APIID, Stage string }
	ThrottleSettings struct{ RateLimit, BurstLimit float64 }
	QuotaSettings    struct {
		Limit  int
		Period string
	}
	Description, Tags ignored
}

func (m *monitor) usagePlan(in usagePlanInputs) (string, outputs, error) {
	id := apiID("plan " + in.Name)
	if m.gateway.plans == nil {
		m.gateway.plans = map[string]usagePlanInputs{}
	}
	m.gateway.plans[id] = in
	return id, nil, nil
}

type usagePlanKeyInputs struct{ KeyID, KeyType, UsagePlanID string }

func (m *monitor) usagePlanKey(in usagePlanKeyInputs) (string, outputs, error) {
	if in.KeyType != "API_KEY" {
		return "", nil, fmt.Errorf("key type %s: API Gateway has API_KEY only", in.KeyType)
	}
	m.gateway.planKeys = append(m.gateway.planKeys, in)
	return in.KeyID, nil, nil
}

type apiSettingsInputs struct {
	RestAPI, StageName, MethodPath string
	Settings                       struct{ ThrottlingRateLimit, ThrottlingBurstLimit float64 }
}

func (m *monitor) apiSettings(in apiSettingsInputs) (string, outputs, error) {
	if in.MethodPath != "*/*" {
		return "", nil, fmt.Errorf("method path %s is not known to local: */* is", in.MethodPath)
	}
	m.gateway.settings = append(m.gateway.settings, in)
	return in.RestAPI + "-" + in.StageName + "-" + in.MethodPath, nil, nil
}

// limit puts what limits a stage into its API: the stage's settings, and the
// usage plan whose keys it admits.
func (r restAPIs) limit(api *gateway.API) error {
	for _, s := range r.settings {
		if s.RestAPI == api.ID && s.StageName == api.Stage {
			api.ThrottleRate, api.ThrottleBurst = s.Settings.ThrottlingRateLimit, s.Settings.ThrottlingBurstLimit
		}
	}
	for id, plan := range r.plans {
		covers := func(s struct{ APIID, Stage string }) bool { return s.APIID == api.ID && s.Stage == api.Stage }
		if !slices.ContainsFunc(plan.APIStages, covers) {
			continue
		}
		if api.APIKeys != nil {
			return fmt.Errorf("usage plan %s is its second one, of which local knows one", plan.Name)
		}
		api.APIKeys = map[string]string{}
		api.UsagePlan = gateway.UsagePlan{
			Rate: plan.ThrottleSettings.RateLimit, Burst: plan.ThrottleSettings.BurstLimit,
			Quota: plan.QuotaSettings.Limit, Period: plan.QuotaSettings.Period,
		}
		for _, k := range r.planKeys {
			if k.UsagePlanID != id {
				continue
			}
			value, ok := r.keys[k.KeyID]
			if !ok {
				return fmt.Errorf("usage plan %s: key %s does not exist", plan.Name, k.KeyID)
			}
			api.APIKeys[value] = k.KeyID
		}
	}
	if len(api.APIKeys) == 0 && slices.ContainsFunc(api.Routes, func(r gateway.Route) bool { return r.KeyRequired }) {
		return fmt.Errorf("a method needs a key, and no usage plan admits one")
	}
	return nil
}
