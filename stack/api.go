package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigateway"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// restAPI is a REST API that is being put together: paths and methods first,
// then the stage that serves them.
type restAPI struct {
	*apigateway.RestApi
	d       *definition
	logical string
	paths   []*apigateway.Resource
	methods []method
}

// method is one method of one path, and what it is joined to.
type method struct {
	method      *apigateway.Method
	integration *apigateway.Integration
}

// restAPI makes an API without a path.
func (d *definition) restAPI(logical, description string) (*restAPI, error) {
	api, err := apigateway.NewRestApi(d.ctx, logical, &apigateway.RestApiArgs{
		Name:        pulumi.String(d.names.Physical(logical)),
		Description: pulumi.String(description),
		EndpointConfiguration: apigateway.RestApiEndpointConfigurationArgs{
			// No CloudFront in between: it would be measured along.
			Types: pulumi.String("REGIONAL"),
		},
		Tags: d.tags,
	})
	if err != nil {
		return nil, fmt.Errorf("api %s: %w", logical, err)
	}
	return &restAPI{RestApi: api, d: d, logical: logical}, nil
}

// path makes a path of one part under another path, which is given by its id.
func (a *restAPI) path(logical string, parent pulumi.StringInput, part string) (*apigateway.Resource, error) {
	resource, err := apigateway.NewResource(a.d.ctx, logical, &apigateway.ResourceArgs{
		RestApi:  a.ID(),
		ParentId: parent,
		PathPart: pulumi.String(part),
	})
	if err != nil {
		return nil, fmt.Errorf("api %s: path %s: %w", a.logical, part, err)
	}
	a.paths = append(a.paths, resource)
	return resource, nil
}

// get joins GET of a path to the function that is invoked by invokeARN.
func (a *restAPI) get(logical string, path pulumi.StringInput, invokeARN pulumi.StringInput, needsKey bool) error {
	m, err := apigateway.NewMethod(a.d.ctx, logical, &apigateway.MethodArgs{
		RestApi:        a.ID(),
		ResourceId:     path,
		HttpMethod:     pulumi.String("GET"),
		Authorization:  pulumi.String("NONE"),
		ApiKeyRequired: pulumi.Bool(needsKey),
	})
	if err != nil {
		return fmt.Errorf("api %s: method of %s: %w", a.logical, logical, err)
	}
	integration, err := apigateway.NewIntegration(a.d.ctx, logical, &apigateway.IntegrationArgs{
		RestApi:    a.ID(),
		ResourceId: path,
		HttpMethod: m.HttpMethod,
		Type:       pulumi.String("AWS_PROXY"),
		// Lambda is invoked by POST, whatever the client's method is.
		IntegrationHttpMethod: pulumi.String("POST"),
		Uri:                   invokeARN,
	})
	if err != nil {
		return fmt.Errorf("api %s: integration of %s: %w", a.logical, logical, err)
	}
	a.methods = append(a.methods, method{m, integration})
	return nil
}

// stage makes the deployment and the stage that serves it. A deployment is a
// snapshot: without triggers that follow paths and methods, the stage would go on
// serving the old ones.
//
// The stage writes no logs: that takes a role of the whole account, which no
// stack should set, and X-Ray tells where the time of a request goes.
func (a *restAPI) stage() (*apigateway.Stage, error) {
	var parts []any
	var after []pulumi.Resource
	for _, p := range a.paths {
		parts = append(parts, p.ID(), p.PathPart)
	}
	for _, m := range a.methods {
		parts = append(parts, m.method.ResourceId, m.method.ID(), m.method.ApiKeyRequired,
			m.integration.ID(), m.integration.Type, m.integration.Uri)
		after = append(after, m.integration)
	}
	snapshot := pulumi.All(parts...).ApplyT(func(parts []any) (string, error) {
		text, err := json.Marshal(parts)
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:]), err
	}).(pulumi.StringOutput)
	deployment, err := apigateway.NewDeployment(a.d.ctx, a.logical, &apigateway.DeploymentArgs{
		RestApi:  a.ID(),
		Triggers: pulumi.StringMap{"routes": snapshot},
	}, pulumi.DependsOn(after))
	if err != nil {
		return nil, fmt.Errorf("api %s: deployment: %w", a.logical, err)
	}
	stage, err := apigateway.NewStage(a.d.ctx, a.logical, &apigateway.StageArgs{
		RestApi:            a.ID(),
		Deployment:         deployment.ID(),
		StageName:          pulumi.String(a.d.names.Stage),
		XrayTracingEnabled: pulumi.Bool(true),
		Tags:               a.d.tags,
	})
	if err != nil {
		return nil, fmt.Errorf("api %s: stage: %w", a.logical, err)
	}
	return stage, nil
}

// throttle limits the requests of the stage: so many a second, and so many at once.
// AWS documents the limits as those of each method, so that an API of two methods may
// take twice as many; package local/gateway counts all methods together.
func (a *restAPI) throttle(stage *apigateway.Stage, rate float64, burst int) error {
	_, err := apigateway.NewMethodSettings(a.d.ctx, a.logical, &apigateway.MethodSettingsArgs{
		RestApi:    a.ID(),
		StageName:  stage.StageName,
		MethodPath: pulumi.String("*/*"),
		Settings: apigateway.MethodSettingsSettingsArgs{
			ThrottlingRateLimit:  pulumi.Float64(rate),
			ThrottlingBurstLimit: pulumi.Int(burst),
		},
	})
	if err != nil {
		return fmt.Errorf("api %s: limits of the stage: %w", a.logical, err)
	}
	return nil
}

// permit lets GET requests of a path of the stage, which may end in a
// wildcard, invoke a function through a qualifier; nil is none.
func (a *restAPI) permit(logical string, stage *apigateway.Stage, path string, function pulumi.StringInput, qualifier pulumi.StringPtrInput) error {
	_, err := lambda.NewPermission(a.d.ctx, logical, &lambda.PermissionArgs{
		StatementId: pulumi.String("api"),
		Action:      pulumi.String("lambda:InvokeFunction"),
		Function:    function,
		Qualifier:   qualifier,
		Principal:   pulumi.String("apigateway.amazonaws.com"),
		SourceArn:   pulumi.Sprintf("%s/%s/GET/%s", a.ExecutionArn, stage.StageName, path),
	})
	if err != nil {
		return fmt.Errorf("api %s: permission to invoke %s: %w", a.logical, logical, err)
	}
	return nil
}
