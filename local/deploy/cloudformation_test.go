package deploy

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudformation"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
	"github.com/lambda-benchmark/lambda-benchmark/stack"
)

// planOfToday is the plan of all functions that are measured, those of today's
// runtimes included.
func planOfToday(t *testing.T) Plan {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Pulumi.yaml":      "name: lambda-benchmark\n",
		"Pulumi.mine.yaml": "config:\n  lambda-benchmark:include: current\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := local(t, dir, "mine")
	cells := s.Config.Benchmarked()
	plan, err := Make(Options{Stage: s, Artifacts: zips(cells...), Cells: cells})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// A function that CloudFormation deploys is planned as one that is a resource of the stack.
func TestPlanOfATemplate(t *testing.T) {
	plan := planOfToday(t)
	config := func(label string) lambda.FunctionConfig {
		name := "lambda-benchmark-mine-hello-" + label + "-arm64-512"
		i := slices.IndexFunc(plan.Functions, func(f lambda.FunctionConfig) bool { return f.Name == name })
		if i < 0 {
			t.Fatalf("the plan has no function %s", name)
		}
		return plan.Functions[i]
	}
	if p := lifecycle.ReadProvider(); p.Refuses("nodejs22.x") || !p.Refuses("nodejs24.x") {
		t.Fatal("these two are deployed alike, and compare nothing")
	}
	want, got := config("nodejs22"), config("nodejs24")
	want.Name, want.Runtime = got.Name, "nodejs24.x"
	want.Description = strings.ReplaceAll(want.Description, "nodejs22", "nodejs24")
	want.LogGroup = strings.ReplaceAll(want.LogGroup, "nodejs22", "nodejs24")
	want.Publish = false // CloudFormation publishes no version unasked
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("nodejs24.x as nodejs22.x is (-want +got):\n%s", diff)
	}
	if len(plan.stacks) != 1 {
		t.Errorf("%d CloudFormation stacks, want 1", len(plan.stacks))
	}
}

// TestRoleOfCloudFormation takes each permission of the role away: CloudFormation
// needs all of them.
func TestRoleOfCloudFormation(t *testing.T) {
	plan := planOfToday(t)
	i := slices.IndexFunc(plan.Roles, func(r iam.Role) bool { return strings.HasSuffix(r.Name, "-cloudformation") })
	role := plan.Roles[i]
	n := 0
	for j, policy := range role.Policies {
		for k, s := range policy.Statements {
			for l, action := range s.Actions {
				n++
				statements := slices.Clone(policy.Statements)
				statements[k].Actions = slices.Delete(slices.Clone(s.Actions), l, l+1)
				without := role
				without.Policies = slices.Clone(role.Policies)
				without.Policies[j] = iam.Policy{Statements: statements}
				plan.Roles[i] = without
				if err := plan.check(); err == nil || !strings.Contains(err.Error(), "may not do what CloudFormation does as it: "+action+" on ") {
					t.Errorf("without %s: error is %v", action, err)
				}
			}
		}
	}
	if n == 0 {
		t.Error("the role has no permissions")
	}
}

// templateOf is a template with one function f.
const templateOf = `{"AWSTemplateFormatVersion": "2010-09-09", "Description": "", "Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {
	"FunctionName": "g", "Role": "arn:aws:iam::123456789012:role/f", "Runtime": "nodejs24.x", "Handler": "index.handler", "Architectures": ["arm64"],
	"Code": {"S3Bucket": "b", "S3Key": "code"}, "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}}}}}`

// stackOf makes a bucket with code and a template in it, and a stack of that template.
func stackOf(template string, change func(*cloudformation.StackArgs)) pulumi.RunFunc {
	return after(func(ctx *pulumi.Context, w world) error {
		bucket, err := s3.NewBucketV2(ctx, "b", &s3.BucketV2Args{Bucket: pulumi.String("b")})
		if err != nil {
			return err
		}
		code, err := s3.NewBucketObjectv2(ctx, "code", &s3.BucketObjectv2Args{Bucket: bucket.ID(), Key: pulumi.String("code"), Source: pulumi.NewFileAsset("f.zip")})
		if err != nil {
			return err
		}
		text, err := s3.NewBucketObjectv2(ctx, "template", &s3.BucketObjectv2Args{Bucket: bucket.ID(), Key: pulumi.String("template"), Content: pulumi.String(template)})
		if err != nil {
			return err
		}
		args := &cloudformation.StackArgs{
			Name: pulumi.String("s"), IamRoleArn: w.role.Arn, TemplateUrl: pulumi.Sprintf("https://%s/%s", bucket.BucketRegionalDomainName, text.Key),
		}
		if change != nil {
			change(args)
		}
		_, err = cloudformation.NewStack(ctx, "s", args, pulumi.DependsOn([]pulumi.Resource{code}))
		return err
	})
}

func TestCloudFormationRefuses(t *testing.T) {
	for _, row := range []struct {
		name    string
		program pulumi.RunFunc
		want    string
	}{
		{"a role that CloudFormation cannot assume", stackOf(templateOf, nil), "CloudFormation stack s: role arn:aws:iam::123456789012:role/f does not trust cloudformation.amazonaws.com for arn:aws:cloudformation:us-east-1:123456789012:stack/s/"},
		{"a template that is not there", stackOf(templateOf, func(a *cloudformation.StackArgs) {
			a.TemplateUrl = pulumi.String("https://b.s3.us-east-1.amazonaws.com/other")
		}), "template https://b.s3.us-east-1.amazonaws.com/other: there is no such object"},
		{"a template in the request", stackOf(templateOf, func(a *cloudformation.StackArgs) { a.TemplateUrl, a.TemplateBody = nil, pulumi.String("{}") }), `property "templateBody" is not known to local`},
		{"a template that is no JSON", stackOf("Resources:", nil), "template: invalid character 'R'"},
		{"a part of a template that local does not know", stackOf(`{"Outputs": {}}`, nil), `template: json: unknown field "Outputs"`},
		{"a type that local does not know", stackOf(strings.ReplaceAll(templateOf, "::Function", "::Version"), nil), "template: F: type AWS::Lambda::Version is not known to local"},
		{"a property that local does not know", stackOf(strings.ReplaceAll(templateOf, "Architectures", "Layers"), nil), `template: F: property "Layers" is not known to local`},
		{"code that is not there", stackOf(strings.ReplaceAll(templateOf, `"code"`, `"other"`), nil), "template: F: code other is not in bucket b"},
		{"a value that local does not know", stackOf(strings.ReplaceAll(templateOf, "Text", "JSON"), nil), "template: F: log format JSON is not known to local"},
		{"an object in a bucket that does not exist", func(ctx *pulumi.Context) error {
			_, err := s3.NewBucketObjectv2(ctx, "o", &s3.BucketObjectv2Args{Bucket: pulumi.String("none"), Key: pulumi.String("o"), Content: pulumi.String("text")})
			return err
		}, "resource o (aws:s3/bucketObjectv2:BucketObjectv2): bucket none does not exist"},
		{"an object of nothing", func(ctx *pulumi.Context) error {
			bucket, err := s3.NewBucketV2(ctx, "b", &s3.BucketV2Args{Bucket: pulumi.String("b")})
			if err != nil {
				return err
			}
			_, err = s3.NewBucketObjectv2(ctx, "o", &s3.BucketObjectv2Args{Bucket: bucket.ID(), Key: pulumi.String("o")})
			return err
		}, "an object has either a source or a content"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMonitor("us-east-1", stack.Artifacts{matrix.Variant{}: artifact.Artifact{Path: "f.zip"}})
			m.plan.Stage = "dev"
			plan, err := m.run("test", row.program)
			if err == nil || !strings.Contains(fmt.Sprint(err), row.want) {
				t.Errorf("error is %v, want one that says %q", err, row.want)
			}
			if len(plan.Functions) > 0 {
				t.Errorf("a refused plan has functions: %v", plan.Functions)
			}
		})
	}
}
