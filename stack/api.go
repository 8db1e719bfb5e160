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

// api makes the REST API with one path per module function, each proxied to
// the function's alias: calls to the function itself would pass its
// provisioned concurrency by.
func (d *definition) api(modules []module) (*apigateway.Stage, error) {
	api, err := apigateway.NewRestApi(d.ctx, "modules", &apigateway.RestApiArgs{
		Name:        pulumi.String(d.names.physical("modules")),
		Description: pulumi.String("ES module and CommonJS functions, side by side"),
		EndpointConfiguration: apigateway.RestApiEndpointConfigurationArgs{
			// No CloudFront in between: it would be measured along.
			Types: pulumi.String("REGIONAL"),
		},
		Tags: d.tags,
	})
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	var routes []route
	for _, m := range modules {
		r, err := d.route(api, m)
		if err != nil {
			return nil, fmt.Errorf("api: %w", err)
		}
		routes = append(routes, r)
	}
	stage, err := d.stage(api, routes)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	for _, m := range modules {
		if err := d.permit(api, stage, m); err != nil {
			return nil, fmt.Errorf("api: %w", err)
		}
	}
	return stage, nil
}

// route is one method of one path, and what it is joined to.
type route struct {
	resource    *apigateway.Resource
	method      *apigateway.Method
	integration *apigateway.Integration
}

// route makes GET /NAME for a function.
func (d *definition) route(api *apigateway.RestApi, m module) (r route, err error) {
	name := m.variant.Function
	r.resource, err = apigateway.NewResource(d.ctx, name, &apigateway.ResourceArgs{
		RestApi:  api.ID(),
		ParentId: api.RootResourceId,
		PathPart: pulumi.String(name),
	})
	if err != nil {
		return route{}, fmt.Errorf("resource %s: %w", name, err)
	}
	r.method, err = apigateway.NewMethod(d.ctx, name, &apigateway.MethodArgs{
		RestApi:       api.ID(),
		ResourceId:    r.resource.ID(),
		HttpMethod:    pulumi.String("GET"),
		Authorization: pulumi.String("NONE"),
	})
	if err != nil {
		return route{}, fmt.Errorf("method of %s: %w", name, err)
	}
	r.integration, err = apigateway.NewIntegration(d.ctx, name, &apigateway.IntegrationArgs{
		RestApi:    api.ID(),
		ResourceId: r.resource.ID(),
		HttpMethod: r.method.HttpMethod,
		Type:       pulumi.String("AWS_PROXY"),
		// Lambda is invoked by POST, whatever the client's method is.
		IntegrationHttpMethod: pulumi.String("POST"),
		Uri:                   m.alias.InvokeArn,
	})
	if err != nil {
		return route{}, fmt.Errorf("integration of %s: %w", name, err)
	}
	return r, nil
}

// stage makes the deployment and the stage that serves it. A deployment is a
// snapshot: without triggers that follow the routes, the stage would go on
// serving the old ones.
func (d *definition) stage(api *apigateway.RestApi, routes []route) (*apigateway.Stage, error) {
	var parts []any
	var after []pulumi.Resource
	for _, r := range routes {
		parts = append(parts, r.resource.ID(), r.resource.PathPart, r.method.ID(), r.method.ApiKeyRequired,
			r.integration.ID(), r.integration.Type, r.integration.Uri)
		after = append(after, r.integration)
	}
	snapshot := pulumi.All(parts...).ApplyT(func(parts []any) (string, error) {
		text, err := json.Marshal(parts)
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:]), err
	}).(pulumi.StringOutput)
	deployment, err := apigateway.NewDeployment(d.ctx, "modules", &apigateway.DeploymentArgs{
		RestApi:  api.ID(),
		Triggers: pulumi.StringMap{"routes": snapshot},
	}, pulumi.DependsOn(after))
	if err != nil {
		return nil, fmt.Errorf("deployment: %w", err)
	}
	stage, err := apigateway.NewStage(d.ctx, "modules", &apigateway.StageArgs{
		RestApi:            api.ID(),
		Deployment:         deployment.ID(),
		StageName:          pulumi.String(d.names.stage),
		XrayTracingEnabled: pulumi.Bool(true),
		Tags:               d.tags,
	})
	if err != nil {
		return nil, fmt.Errorf("stage: %w", err)
	}
	return stage, nil
}

// permit lets this one method of this one stage invoke a function's alias.
func (d *definition) permit(api *apigateway.RestApi, stage *apigateway.Stage, m module) error {
	_, err := lambda.NewPermission(d.ctx, m.variant.Name(), &lambda.PermissionArgs{
		StatementId: pulumi.String("api"),
		Action:      pulumi.String("lambda:InvokeFunction"),
		Function:    m.alias.FunctionName,
		Qualifier:   m.alias.Name,
		Principal:   pulumi.String("apigateway.amazonaws.com"),
		SourceArn:   pulumi.Sprintf("%s/%s/GET/%s", api.ExecutionArn, stage.StageName, m.variant.Function),
	})
	if err != nil {
		return fmt.Errorf("permission for %v: %w", m.variant, err)
	}
	return nil
}
