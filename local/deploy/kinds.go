package deploy

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigateway"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudformation"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/scheduler"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sfn"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
)

// kinds are the resources that local knows. One that is not here is an error.
var kinds = map[string]kind{
	"aws:iam/role:Role":             of[iam.Role]((*monitor).role),
	"aws:iam/rolePolicy:RolePolicy": of[iam.RolePolicy]((*monitor).rolePolicy),

	"aws:cloudwatch/logGroup:LogGroup": of[cloudwatch.LogGroup]((*monitor).logGroup),
	"aws:ssm/parameter:Parameter":      of[ssm.Parameter]((*monitor).parameter),

	"aws:dynamodb/table:Table":                       of[dynamodb.Table]((*monitor).table),
	"aws:dynamodb/tableItem:TableItem":               of[dynamodb.TableItem]((*monitor).tableItem),
	"aws:sfn/stateMachine:StateMachine":              of[sfn.StateMachine]((*monitor).stateMachine),
	"aws:scheduler/schedule:Schedule":                of[scheduler.Schedule]((*monitor).schedule),
	"aws:secretsmanager/secret:Secret":               of[secretsmanager.Secret]((*monitor).secret),
	"aws:secretsmanager/secretVersion:SecretVersion": of[secretsmanager.SecretVersion]((*monitor).secretVersion),

	"aws:lambda/function:Function":                                         of[lambda.Function]((*monitor).function),
	"aws:lambda/alias:Alias":                                               of[lambda.Alias]((*monitor).alias),
	"aws:lambda/permission:Permission":                                     of[lambda.Permission]((*monitor).permission),
	"aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": of[lambda.ProvisionedConcurrencyConfig]((*monitor).provisioned),

	"aws:cloudformation/stack:Stack":                         of[cloudformation.Stack]((*monitor).functionStack),
	"aws:s3/bucketV2:BucketV2":                               of[s3.BucketV2]((*monitor).bucket),
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": of[s3.BucketPublicAccessBlock]((*monitor).bucketAccess),
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": of[s3.BucketServerSideEncryptionConfigurationV2]((*monitor).bucketEncryption),
	"aws:s3/bucketObjectv2:BucketObjectv2":                                                       of[s3.BucketObjectv2]((*monitor).bucketObject),

	"aws:apigateway/restApi:RestApi":         of[apigateway.RestApi]((*monitor).restAPI),
	"aws:apigateway/resource:Resource":       of[apigateway.Resource]((*monitor).apiResource),
	"aws:apigateway/method:Method":           of[apigateway.Method]((*monitor).apiMethod),
	"aws:apigateway/integration:Integration": of[apigateway.Integration]((*monitor).apiIntegration),
	"aws:apigateway/deployment:Deployment":   of[apigateway.Deployment]((*monitor).apiDeployment),
	"aws:apigateway/stage:Stage":             of[apigateway.Stage]((*monitor).apiStage),

	"aws:apigateway/methodSettings:MethodSettings": of[apigateway.MethodSettings]((*monitor).apiSettings),
	"aws:apigateway/apiKey:ApiKey":                 of[apigateway.ApiKey]((*monitor).apiKey),
	"aws:apigateway/usagePlan:UsagePlan":           of[apigateway.UsagePlan]((*monitor).usagePlan),
	"aws:apigateway/usagePlanKey:UsagePlanKey":     of[apigateway.UsagePlanKey]((*monitor).usagePlanKey),
}
