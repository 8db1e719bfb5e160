package deploy

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigateway"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/scheduler"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sfn"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/local/gateway"
	"github.com/lambda-benchmark/lambda-benchmark/stack"
)

const lambdaTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// world has the resources that most programs below start from.
type world struct {
	role     *iam.Role
	group    *cloudwatch.LogGroup
	function *lambda.Function
}

// newWorld makes a function f; change may spoil it before it is made.
func newWorld(ctx *pulumi.Context, change func(*lambda.FunctionArgs)) (w world, err error) {
	if w.role, err = iam.NewRole(ctx, "f", &iam.RoleArgs{Name: pulumi.String("f"), AssumeRolePolicy: pulumi.String(lambdaTrust)}); err != nil {
		return w, err
	}
	if w.group, err = cloudwatch.NewLogGroup(ctx, "f", &cloudwatch.LogGroupArgs{Name: pulumi.String("/aws/lambda/f")}); err != nil {
		return w, err
	}
	args := &lambda.FunctionArgs{
		Name: pulumi.String("f"), Role: w.role.Arn, Runtime: pulumi.String("nodejs22.x"), Handler: pulumi.String("index.handler"),
		Architectures: pulumi.StringArray{pulumi.String("arm64")}, Code: pulumi.NewFileArchive("f.zip"), Publish: pulumi.Bool(true),
		LoggingConfig: lambda.FunctionLoggingConfigArgs{LogFormat: pulumi.String("Text"), LogGroup: w.group.Name},
	}
	if change != nil {
		change(args)
	}
	w.function, err = lambda.NewFunction(ctx, "f", args)
	return w, err
}

func spoilt(change func(*lambda.FunctionArgs)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := newWorld(ctx, change)
		return err
	}
}

func after(then func(ctx *pulumi.Context, w world) error) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		w, err := newWorld(ctx, nil)
		if err != nil {
			return err
		}
		return then(ctx, w)
	}
}

// api makes GET / joined to a function as change wants it.
func api(ctx *pulumi.Context, uri pulumi.StringInput, change func(*apigateway.IntegrationArgs)) error {
	a, err := apigateway.NewRestApi(ctx, "a", &apigateway.RestApiArgs{Name: pulumi.String("a")})
	if err != nil {
		return err
	}
	method, err := apigateway.NewMethod(ctx, "a", &apigateway.MethodArgs{
		RestApi: a.ID(), ResourceId: a.RootResourceId, HttpMethod: pulumi.String("GET"), Authorization: pulumi.String("NONE"),
	})
	if err != nil {
		return err
	}
	args := &apigateway.IntegrationArgs{
		RestApi: a.ID(), ResourceId: a.RootResourceId, HttpMethod: method.HttpMethod,
		Type: pulumi.String("AWS_PROXY"), IntegrationHttpMethod: pulumi.String("POST"), Uri: uri,
	}
	if change != nil {
		change(args)
	}
	if _, err := apigateway.NewIntegration(ctx, "a", args); err != nil {
		return err
	}
	deployment, err := apigateway.NewDeployment(ctx, "a", &apigateway.DeploymentArgs{RestApi: a.ID()})
	if err != nil {
		return err
	}
	_, err = apigateway.NewStage(ctx, "a", &apigateway.StageArgs{RestApi: a.ID(), Deployment: deployment.ID(), StageName: pulumi.String("dev")})
	return err
}

// machine makes a state machine and its schedule, as the changes want them.
func machine(changeSchedule func(*scheduler.ScheduleArgs), changeMachine func(*sfn.StateMachineArgs)) pulumi.RunFunc {
	return after(func(ctx *pulumi.Context, w world) error {
		args := &sfn.StateMachineArgs{
			Name: pulumi.String("m"), Type: pulumi.String("STANDARD"), RoleArn: w.role.Arn,
			Definition: pulumi.String(`{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}`),
		}
		if changeMachine != nil {
			changeMachine(args)
		}
		m, err := sfn.NewStateMachine(ctx, "m", args)
		if err != nil {
			return err
		}
		schedule := &scheduler.ScheduleArgs{
			Name: pulumi.String("m"), ScheduleExpression: pulumi.String("rate(2 hours)"), State: pulumi.String("ENABLED"),
			FlexibleTimeWindow: scheduler.ScheduleFlexibleTimeWindowArgs{Mode: pulumi.String("OFF")},
			Target:             scheduler.ScheduleTargetArgs{Arn: m.Arn, RoleArn: w.role.Arn},
		}
		if changeSchedule != nil {
			changeSchedule(schedule)
		}
		_, err = scheduler.NewSchedule(ctx, "m", schedule)
		return err
	})
}

// table makes a table, as change wants it, and an item in it unless that is empty.
func table(item string, change func(*dynamodb.TableArgs)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args := &dynamodb.TableArgs{
			Name: pulumi.String("t"), BillingMode: pulumi.String("PAY_PER_REQUEST"), HashKey: pulumi.String("pk"),
			Attributes: dynamodb.TableAttributeArray{dynamodb.TableAttributeArgs{Name: pulumi.String("pk"), Type: pulumi.String("S")}},
		}
		if change != nil {
			change(args)
		}
		t, err := dynamodb.NewTable(ctx, "t", args)
		if err != nil || item == "" {
			return err
		}
		_, err = dynamodb.NewTableItem(ctx, "i", &dynamodb.TableItemArgs{TableName: t.Name, HashKey: t.HashKey, Item: pulumi.String(item)})
		return err
	}
}

// apiWithKey makes GET / that needs a key, and perhaps a usage plan with one.
func apiWithKey(ctx *pulumi.Context, w world, admitted bool) error {
	a, err := apigateway.NewRestApi(ctx, "a", &apigateway.RestApiArgs{Name: pulumi.String("a")})
	if err != nil {
		return err
	}
	if _, err := apigateway.NewMethod(ctx, "a", &apigateway.MethodArgs{
		RestApi: a.ID(), ResourceId: a.RootResourceId, HttpMethod: pulumi.String("GET"), Authorization: pulumi.String("NONE"), ApiKeyRequired: pulumi.Bool(true),
	}); err != nil {
		return err
	}
	if _, err := apigateway.NewIntegration(ctx, "a", &apigateway.IntegrationArgs{
		RestApi: a.ID(), ResourceId: a.RootResourceId, HttpMethod: pulumi.String("GET"),
		Type: pulumi.String("AWS_PROXY"), IntegrationHttpMethod: pulumi.String("POST"), Uri: w.function.InvokeArn,
	}); err != nil {
		return err
	}
	d, err := apigateway.NewDeployment(ctx, "a", &apigateway.DeploymentArgs{RestApi: a.ID()})
	if err != nil {
		return err
	}
	stage, err := apigateway.NewStage(ctx, "a", &apigateway.StageArgs{RestApi: a.ID(), Deployment: d.ID(), StageName: pulumi.String("dev")})
	if err != nil || !admitted {
		return err
	}
	key, err := apigateway.NewApiKey(ctx, "k", &apigateway.ApiKeyArgs{Name: pulumi.String("k")})
	if err != nil {
		return err
	}
	plan, err := apigateway.NewUsagePlan(ctx, "p", &apigateway.UsagePlanArgs{
		Name:             pulumi.String("p"),
		ApiStages:        apigateway.UsagePlanApiStageArray{apigateway.UsagePlanApiStageArgs{ApiId: a.ID(), Stage: stage.StageName}},
		ThrottleSettings: apigateway.UsagePlanThrottleSettingsArgs{RateLimit: pulumi.Float64(2.5), BurstLimit: pulumi.Int(5)},
		QuotaSettings:    apigateway.UsagePlanQuotaSettingsArgs{Limit: pulumi.Int(100), Period: pulumi.String("DAY")},
	})
	if err != nil {
		return err
	}
	if _, err := apigateway.NewUsagePlanKey(ctx, "k", &apigateway.UsagePlanKeyArgs{KeyId: key.ID(), KeyType: pulumi.String("API_KEY"), UsagePlanId: plan.ID()}); err != nil {
		return err
	}
	secret, err := secretsmanager.NewSecret(ctx, "s", &secretsmanager.SecretArgs{Name: pulumi.String("s")})
	if err != nil {
		return err
	}
	_, err = secretsmanager.NewSecretVersion(ctx, "s", &secretsmanager.SecretVersionArgs{SecretId: secret.ID(), SecretString: key.Value})
	return err
}

// TestAPIKey follows a key that API Gateway makes up to where it is admitted,
// and into its secret.
func TestAPIKey(t *testing.T) {
	m := newMonitor("us-east-1", stack.Artifacts{matrix.Variant{}: artifact.Artifact{Path: "f.zip"}})
	m.plan.Stage = "dev"
	plan, err := m.run("test", after(func(ctx *pulumi.Context, w world) error { return apiWithKey(ctx, w, true) }))
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Secrets) != 1 || len(plan.Secrets[0].Value) != 40 {
		t.Fatalf("secrets are %+v, want one of 40 characters", plan.Secrets)
	}
	api := plan.APIs[0]
	if _, ok := api.APIKeys[plan.Secrets[0].Value]; !ok || len(api.APIKeys) != 1 {
		t.Errorf("the API admits %v, want the key in the secret", api.APIKeys)
	}
	if want := (gateway.UsagePlan{Rate: 2.5, Burst: 5, Quota: 100, Period: "DAY"}); api.UsagePlan != want {
		t.Errorf("usage plan is %+v, want %+v", api.UsagePlan, want)
	}
	if !api.Routes[0].KeyRequired {
		t.Error("the method needs no key")
	}
}

func TestMonitorRefuses(t *testing.T) {
	for _, row := range []struct {
		name    string
		program pulumi.RunFunc
		want    string
	}{
		{"a type that local does not know", func(ctx *pulumi.Context) error {
			_, err := sqs.NewQueue(ctx, "q", nil)
			return err
		}, "resource q (aws:sqs/queue:Queue): its type is not known to local: it knows aws:apigateway/apiKey:ApiKey, aws:apigateway/deployment:Deployment, "},
		{"a property that local does not know", spoilt(func(a *lambda.FunctionArgs) {
			a.Layers = pulumi.StringArray{pulumi.String("layer")}
		}), `resource f (aws:lambda/function:Function): property "layers" is not known to local`},
		{"an inner property that local does not know", spoilt(func(a *lambda.FunctionArgs) {
			a.LoggingConfig = lambda.FunctionLoggingConfigArgs{LogFormat: pulumi.String("Text"), SystemLogLevel: pulumi.String("WARN")}
		}), `property "systemLogLevel" is not known to local`},
		{"a value that local does not know", spoilt(func(a *lambda.FunctionArgs) {
			a.LoggingConfig = lambda.FunctionLoggingConfigArgs{LogFormat: pulumi.String("JSON")}
		}), "log format JSON is not known to local"},
		{"an output that local does not supply", after(func(ctx *pulumi.Context, w world) error {
			_, err := ssm.NewParameter(ctx, "p", &ssm.ParameterArgs{Name: pulumi.String("p"), Type: pulumi.String("String"), Value: w.function.SigningJobArn})
			return err
		}), "resource p (aws:ssm/parameter:Parameter): property value uses signingJobArn of f (aws:lambda/function:Function), which local does not supply"},
		{"such an output inside a text", after(func(ctx *pulumi.Context, w world) error {
			_, err := ssm.NewParameter(ctx, "p", &ssm.ParameterArgs{Name: pulumi.String("p"), Type: pulumi.String("String"), Value: pulumi.Sprintf("at %s.", w.role.UniqueId)})
			return err
		}), "property value uses uniqueId of f (aws:iam/role:Role), which local does not supply"},
		{"a dependent property that is empty", after(func(ctx *pulumi.Context, w world) error {
			_, err := ssm.NewParameter(ctx, "p", &ssm.ParameterArgs{
				Name: pulumi.String("p"), Type: pulumi.String("String"),
				Value: w.function.Arn.ApplyT(func(string) string { return "" }).(pulumi.StringOutput),
			})
			return err
		}), "resource p (aws:ssm/parameter:Parameter): property value is empty, though it comes from f"},
		{"an inner dependent property that is empty", after(func(ctx *pulumi.Context, w world) error {
			empty := w.function.Arn.ApplyT(func(string) string { return "" }).(pulumi.StringOutput)
			_, err := newWorld(ctx, func(a *lambda.FunctionArgs) {
				a.Environment = lambda.FunctionEnvironmentArgs{Variables: pulumi.StringMap{"A": pulumi.String("a"), "B": empty}}
			})
			return err
		}), "property environment is empty, though it comes from f"},
		{"a policy that cannot be enforced", after(func(ctx *pulumi.Context, w world) error {
			_, err := iam.NewRolePolicy(ctx, "p", &iam.RolePolicyArgs{
				Name: pulumi.String("p"), Role: w.role.Name,
				Policy: pulumi.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`),
			})
			return err
		}), `resource p (aws:iam/rolePolicy:RolePolicy): parse policy: statement 1: effect "Deny" is not supported`},
		{"a policy of no role", func(ctx *pulumi.Context) error {
			_, err := iam.NewRolePolicy(ctx, "p", &iam.RolePolicyArgs{
				Role:   pulumi.String("nobody"),
				Policy: pulumi.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn"}]}`),
			})
			return err
		}, "role nobody does not exist"},
		{"code that was not built", spoilt(func(a *lambda.FunctionArgs) { a.Code = pulumi.NewFileArchive("other.zip") }), "code other.zip is no artefact of this plan"},
		{"a role that does not exist", spoilt(func(a *lambda.FunctionArgs) { a.Role = pulumi.String("arn:aws:iam::1:role/x") }), "function f: role arn:aws:iam::1:role/x does not exist"},
		{"a log group that does not exist", spoilt(func(a *lambda.FunctionArgs) {
			a.LoggingConfig = lambda.FunctionLoggingConfigArgs{LogGroup: pulumi.String("/nowhere")}
		}), "function f: log group /nowhere does not exist"},
		{"an alias of a version that does not exist", after(func(ctx *pulumi.Context, w world) error {
			_, err := lambda.NewAlias(ctx, "live", &lambda.AliasArgs{Name: pulumi.String("live"), FunctionName: w.function.Name, FunctionVersion: pulumi.String("7")})
			return err
		}), "alias live: function f has no version or alias 7"},
		{"provisioned concurrency of $LATEST", after(func(ctx *pulumi.Context, w world) error {
			_, err := lambda.NewProvisionedConcurrencyConfig(ctx, "f", &lambda.ProvisionedConcurrencyConfigArgs{
				FunctionName: w.function.Name, Qualifier: pulumi.String("$LATEST"), ProvisionedConcurrentExecutions: pulumi.Int(1),
			})
			return err
		}), "provisioned concurrency of f: $LATEST cannot have any"},
		{"a permission for a function that does not exist", func(ctx *pulumi.Context) error {
			_, err := lambda.NewPermission(ctx, "p", &lambda.PermissionArgs{
				StatementId: pulumi.String("p"), Action: pulumi.String("lambda:InvokeFunction"),
				Principal: pulumi.String("apigateway.amazonaws.com"), Function: pulumi.String("g"),
			})
			return err
		}, "permission p: function g does not exist"},
		{"a greedy path", func(ctx *pulumi.Context) error {
			_, err := apigateway.NewResource(ctx, "r", &apigateway.ResourceArgs{RestApi: pulumi.String("a"), ParentId: pulumi.String("a-root"), PathPart: pulumi.String("{proxy+}")})
			return err
		}, "path part {proxy+} is not known to local: greedy paths are left out"},
		{"any method", func(ctx *pulumi.Context) error {
			_, err := apigateway.NewMethod(ctx, "m", &apigateway.MethodArgs{RestApi: pulumi.String("a"), ResourceId: pulumi.String("a-root"), HttpMethod: pulumi.String("ANY"), Authorization: pulumi.String("NONE")})
			return err
		}, "method ANY is not known to local"},
		{"an integration that is no proxy", after(func(ctx *pulumi.Context, w world) error {
			return api(ctx, w.function.InvokeArn, func(a *apigateway.IntegrationArgs) { a.Type = pulumi.String("MOCK") })
		}), "type MOCK is not known to local"},
		{"an integration with something else than a function", after(func(ctx *pulumi.Context, w world) error {
			return api(ctx, pulumi.String("https://example.com"), nil)
		}), "api a: GET /: uri https://example.com does not invoke a function"},
		{"an integration with an alias that does not exist", after(func(ctx *pulumi.Context, w world) error {
			return api(ctx, pulumi.Sprintf("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/%s:live/invocations", w.function.Arn), nil)
		}), "api a: GET /: function f has no version or alias live"},
		{"a method without an integration", func(ctx *pulumi.Context) error {
			a, err := apigateway.NewRestApi(ctx, "a", &apigateway.RestApiArgs{Name: pulumi.String("a")})
			if err != nil {
				return err
			}
			r, err := apigateway.NewResource(ctx, "r", &apigateway.ResourceArgs{RestApi: a.ID(), ParentId: a.RootResourceId, PathPart: pulumi.String("r")})
			if err != nil {
				return err
			}
			if _, err := apigateway.NewMethod(ctx, "r", &apigateway.MethodArgs{RestApi: a.ID(), ResourceId: r.ID(), HttpMethod: pulumi.String("GET"), Authorization: pulumi.String("NONE")}); err != nil {
				return err
			}
			d, err := apigateway.NewDeployment(ctx, "a", &apigateway.DeploymentArgs{RestApi: a.ID()})
			if err != nil {
				return err
			}
			_, err = apigateway.NewStage(ctx, "a", &apigateway.StageArgs{RestApi: a.ID(), Deployment: d.ID(), StageName: pulumi.String("dev")})
			return err
		}, "api a: GET /r has no integration"},
		{"a state machine that says something unknown", machine(nil, func(a *sfn.StateMachineArgs) {
			a.Definition = pulumi.String(`{"StartAt":"A","States":{"A":{"Type":"Dance","End":true}}}`)
		}), "resource m (aws:sfn/stateMachine:StateMachine): definition: "},
		{"an express state machine", machine(nil, func(a *sfn.StateMachineArgs) { a.Type = pulumi.String("EXPRESS") }), "type EXPRESS is not known to local"},
		{"a state machine whose role is a function's", machine(nil, nil), "state machine m: role arn:aws:iam::123456789012:role/f does not trust states.amazonaws.com"},
		{"a schedule of nothing", machine(func(a *scheduler.ScheduleArgs) {
			a.Target = scheduler.ScheduleTargetArgs{Arn: pulumi.String("arn:aws:states:us-east-1:1:stateMachine:x"), RoleArn: pulumi.String("arn:aws:iam::1:role/x")}
		}, nil), "schedule m: role arn:aws:iam::1:role/x does not exist\nschedule m: state machine arn:aws:states:us-east-1:1:stateMachine:x does not exist"},
		{"a schedule by the calendar", machine(func(a *scheduler.ScheduleArgs) { a.ScheduleExpression = pulumi.String("cron(0 12 * * ? *)") }, nil), `schedule expression "cron(0 12 * * ? *)"`},
		{"a schedule that is neither on nor off", machine(func(a *scheduler.ScheduleArgs) { a.State = pulumi.String("PERHAPS") }, nil), "state PERHAPS is neither ENABLED nor DISABLED"},
		{"a table that is paid for by the hour", table("", func(a *dynamodb.TableArgs) { a.BillingMode = pulumi.String("PROVISIONED") }), "billing mode PROVISIONED is not known to local"},
		{"a key that is a number", table("", func(a *dynamodb.TableArgs) {
			a.Attributes = dynamodb.TableAttributeArray{dynamodb.TableAttributeArgs{Name: pulumi.String("pk"), Type: pulumi.String("N")}}
		}), "attribute pk: type N is not known to local"},
		{"a key that is no attribute", table("", func(a *dynamodb.TableArgs) { a.RangeKey = pulumi.String("sk") }), "key sk is not among the attributes"},
		{"an attribute that is no key", table("", func(a *dynamodb.TableArgs) {
			a.Attributes = append(a.Attributes.(dynamodb.TableAttributeArray), dynamodb.TableAttributeArgs{Name: pulumi.String("more"), Type: pulumi.String("S")})
		}), "attribute more is no key of the table or of an index"},
		{"an item without its key", table(`{"other":{"S":"a"}}`, nil), "item: it lacks the key pk of table t"},
		{"an item of no table", func(ctx *pulumi.Context) error {
			_, err := dynamodb.NewTableItem(ctx, "i", &dynamodb.TableItemArgs{TableName: pulumi.String("none"), HashKey: pulumi.String("pk"), Item: pulumi.String(`{}`)})
			return err
		}, "table none does not exist"},
		{"a secret without a value", func(ctx *pulumi.Context) error {
			_, err := secretsmanager.NewSecret(ctx, "s", &secretsmanager.SecretArgs{Name: pulumi.String("s")})
			return err
		}, "secret s has no value"},
		{"a method whose key nobody can have", after(func(ctx *pulumi.Context, w world) error {
			return apiWithKey(ctx, w, false)
		}), "api a: a method needs a key, and no usage plan admits one"},
		{"two of a name", func(ctx *pulumi.Context) error {
			for _, logical := range []string{"a", "b"} {
				if _, err := cloudwatch.NewLogGroup(ctx, logical, &cloudwatch.LogGroupArgs{Name: pulumi.String("same")}); err != nil {
					return err
				}
			}
			return nil
		}, "log group same is there twice"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMonitor("us-east-1", stack.Artifacts{matrix.Variant{}: artifact.Artifact{Path: "f.zip"}})
			m.plan.Stage = "dev"
			plan, err := m.run("test", row.program)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error is %v, want one that says %q", err, row.want)
			}
			if len(plan.Functions) > 0 {
				t.Errorf("a refused plan has functions: %v", plan.Functions)
			}
		})
	}
}

// TestMonitorAccepts shows that the programs above fail for their own reasons only.
func TestMonitorAccepts(t *testing.T) {
	m := newMonitor("us-east-1", stack.Artifacts{matrix.Variant{}: artifact.Artifact{Path: "f.zip"}})
	m.plan.Stage = "dev"
	plan, err := m.run("test", after(func(ctx *pulumi.Context, w world) error {
		return api(ctx, w.function.InvokeArn, nil)
	}))
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.APIs) != 1 || len(plan.APIs[0].Routes) != 1 || plan.APIs[0].Routes[0].Path != "/" {
		t.Errorf("APIs are %+v, want one with the route /", plan.APIs)
	}
}
