package deploy

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/local/gateway"
)

// restAPIs are the parts of REST APIs, which only together say what is served.
type restAPIs struct {
	apis         map[string]restAPIInputs     // by id
	resources    map[string]apiResourceInputs // by id
	methods      []apiMethodInputs
	integrations []apiIntegrationInputs
	deployments  map[string]string // id -> API
	stages       []apiStageInputs
	settings     []apiSettingsInputs

	keys     map[string]string          // id -> value
	plans    map[string]usagePlanInputs // by id
	planKeys []usagePlanKeyInputs
}

type restAPIInputs struct {
	Name                                     string
	Description, Tags, EndpointConfiguration ignored
}

func (m *monitor) restAPI(in restAPIInputs) (string, outputs, error) {
	id := apiID(in.Name)
	if m.gateway.apis == nil {
		m.gateway.apis = map[string]restAPIInputs{}
	}
	m.gateway.apis[id] = in
	return id, outputs{
		"rootResourceId": rootOf(id),
		"arn":            "arn:aws:apigateway:" + m.region + "::/restapis/" + id,
		"executionArn":   m.arn("execute-api", id),
	}, nil
}

// apiID is as long as API Gateway's own ids, and the same in every run.
func apiID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:10]
}

// rootOf is the id of the resource "/" of an API.
func rootOf(api string) string { return api + "-root" }

type apiResourceInputs struct{ RestAPI, ParentID, PathPart string }

func (m *monitor) apiResource(in apiResourceInputs) (string, outputs, error) {
	if strings.HasSuffix(in.PathPart, "+}") {
		return "", nil, fmt.Errorf("path part %s is not known to local: greedy paths are left out", in.PathPart)
	}
	id := in.ParentID + "/" + in.PathPart
	if m.gateway.resources == nil {
		m.gateway.resources = map[string]apiResourceInputs{}
	}
	m.gateway.resources[id] = in
	path, err := m.gateway.path(in.RestAPI, id)
	if err != nil {
		return "", nil, err
	}
	return id, outputs{"path": path}, nil
}

// path is the full path of a resource.
func (r restAPIs) path(api, resource string) (string, error) {
	if resource == rootOf(api) {
		return "/", nil
	}
	part, ok := r.resources[resource]
	if !ok {
		return "", fmt.Errorf("api resource %s does not exist", resource)
	}
	parent, err := r.path(api, part.ParentID)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(parent, "/") + "/" + part.PathPart, nil
}

type apiMethodInputs struct {
	RestAPI, ResourceID, HTTPMethod, Authorization string
	APIKeyRequired                                 bool
}

func (m *monitor) apiMethod(in apiMethodInputs) (string, outputs, error) {
	if in.HTTPMethod == "ANY" {
		return "", nil, errors.New("method ANY is not known to local: name each method")
	}
	if in.Authorization != "NONE" {
		return "", nil, fmt.Errorf("authorization %s is not known to local: NONE is", in.Authorization)
	}
	m.gateway.methods = append(m.gateway.methods, in)
	return in.RestAPI + "-" + in.ResourceID + "-" + in.HTTPMethod, nil, nil
}

type apiIntegrationInputs struct {
	RestAPI, ResourceID, HTTPMethod, Type, IntegrationHTTPMethod, URI string
}

func (m *monitor) apiIntegration(in apiIntegrationInputs) (string, outputs, error) {
	if in.Type != "AWS_PROXY" {
		return "", nil, fmt.Errorf("type %s is not known to local: AWS_PROXY is", in.Type)
	}
	if in.IntegrationHTTPMethod != "POST" {
		return "", nil, fmt.Errorf("integration method %s: Lambda is invoked by POST", in.IntegrationHTTPMethod)
	}
	m.gateway.integrations = append(m.gateway.integrations, in)
	return in.RestAPI + "-" + in.ResourceID + "-" + in.HTTPMethod, nil, nil
}

type apiDeploymentInputs struct {
	RestAPI               string
	Description, Triggers ignored
}

func (m *monitor) apiDeployment(in apiDeploymentInputs) (string, outputs, error) {
	id := in.RestAPI + "-deployment"
	if m.gateway.deployments == nil {
		m.gateway.deployments = map[string]string{}
	}
	m.gateway.deployments[id] = in.RestAPI
	return id, nil, nil
}

type apiStageInputs struct {
	RestAPI, Deployment, StageName string
	XrayTracingEnabled             bool
	Description, Tags              ignored
}

func (m *monitor) apiStage(in apiStageInputs) (string, outputs, error) {
	m.gateway.stages = append(m.gateway.stages, in)
	return in.RestAPI + "-" + in.StageName, outputs{
		"executionArn": m.arn("execute-api", in.RestAPI) + "/" + in.StageName,
		// Where it listens is known once it is started; nothing that is planned may depend on it.
		"invokeUrl": "",
	}, nil
}

// served puts the parts together: one API per stage, sorted.
func (r restAPIs) served() ([]gateway.API, error) {
	var apis []gateway.API
	for _, s := range r.stages {
		api, ok := r.apis[s.RestAPI]
		if !ok {
			return nil, fmt.Errorf("api stage %s: api %s does not exist", s.StageName, s.RestAPI)
		}
		if r.deployments[s.Deployment] != s.RestAPI {
			return nil, fmt.Errorf("api stage %s: deployment %s of api %s does not exist", s.StageName, s.Deployment, api.Name)
		}
		routes, err := r.routes(s.RestAPI)
		if err != nil {
			return nil, fmt.Errorf("api %s: %w", api.Name, err)
		}
		a := gateway.API{
			ID: s.RestAPI, Name: api.Name, Stage: s.StageName, Routes: routes, Tracing: s.XrayTracingEnabled,
		}
		if err := r.limit(&a); err != nil {
			return nil, fmt.Errorf("api %s: %w", api.Name, err)
		}
		apis = append(apis, a)
	}
	slices.SortFunc(apis, func(a, b gateway.API) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Stage, b.Stage))
	})
	return apis, nil
}

func (r restAPIs) routes(api string) ([]gateway.Route, error) {
	var routes []gateway.Route
	for _, method := range r.methods {
		if method.RestAPI != api {
			continue
		}
		path, err := r.path(api, method.ResourceID)
		if err != nil {
			return nil, fmt.Errorf("method %s: %w", method.HTTPMethod, err)
		}
		i := slices.IndexFunc(r.integrations, func(i apiIntegrationInputs) bool {
			return i.RestAPI == api && i.ResourceID == method.ResourceID && i.HTTPMethod == method.HTTPMethod
		})
		if i < 0 {
			return nil, fmt.Errorf("%s %s has no integration", method.HTTPMethod, path)
		}
		function, err := functionOf(r.integrations[i].URI)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", method.HTTPMethod, path, err)
		}
		routes = append(routes, gateway.Route{
			Method: method.HTTPMethod, Path: path, FunctionARN: function, KeyRequired: method.APIKeyRequired,
		})
	}
	slices.SortFunc(routes, func(a, b gateway.Route) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
	})
	return routes, nil
}

// functionOf is the ARN, qualified or not, inside an integration's URI.
func functionOf(uri string) (string, error) {
	_, rest, found := strings.Cut(uri, invokePath)
	arn, ok := strings.CutSuffix(rest, "/invocations")
	if !found || !ok {
		return "", fmt.Errorf("uri %s does not invoke a function", uri)
	}
	return arn, nil
}
