package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudformation"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// This file is here for the runtimes that Pulumi's AWS provider refuses, see
// lifecycle.Provider. CloudFormation takes every runtime that Lambda takes, so these
// functions are in CloudFormation stacks that this stack owns.
//
// Once go.mod has a provider that takes them all (pulumi-aws 7 does), delete this file
// with its test, the provider files of internal/lifecycle, and cloudformation.go and
// buckets.go of local/deploy. The compiler names the few lines that are left over.
//
// A name can be taken only once: a function goes from one way of deployment to the
// other in two updates, the first of which excludes its runtime.

// Folders of the bucket. The name of every object in them has the hash of its content,
// so that no object ever changes while Lambda or CloudFormation reads it.
const (
	codeFolder     = "code/"
	templateFolder = "templates/"
)

// stackPrefix is what the name of a stack begins with; a memory size follows.
const stackPrefix = "functions-"

// byCloudFormation deploys functions that share a role, and returns their ARNs.
//
// There is a stack for each memory size. CloudFormation allows 500 resources in a
// stack, and 51,200 bytes in a template that is part of a request: one stack for all
// would exceed both with many sizes, and the functions of one size are 14 today, in 14 KB.
// No function ever moves to another stack when others come or go. CloudFormation would
// make it in its new stack while it is still in the old one, and Lambda would refuse
// its name.
func (d *definition) byCloudFormation(specs []functionSpec, role role) (map[matrix.Variant]pulumi.StringOutput, error) {
	if len(specs) == 0 {
		return nil, nil
	}
	bucket, err := d.codeBucket()
	if err != nil {
		return nil, err
	}
	deployer, err := d.cloudFormationRole(bucket, role)
	if err != nil {
		return nil, err
	}
	bySize := map[int][]functionSpec{}
	for _, spec := range specs {
		bySize[spec.variant.MemoryMB] = append(bySize[spec.variant.MemoryMB], spec)
	}
	arns := map[matrix.Variant]pulumi.StringOutput{}
	for _, memoryMB := range slices.Sorted(maps.Keys(bySize)) {
		if err := d.functionStack(fmt.Sprint(stackPrefix, memoryMB), bySize[memoryMB], bucket, deployer, arns); err != nil {
			return nil, err
		}
	}
	return arns, nil
}

// codeBucket is where CloudFormation finds templates, and Lambda the code of functions.
type codeBucket struct {
	*s3.BucketV2
	// closed is what the bucket's objects wait for.
	closed []pulumi.Resource
	// code has an object for each zip, by the hash of its content.
	code map[string]*s3.BucketObjectv2
}

// codeBucket makes the bucket: private, encrypted, and empty once it is destroyed.
func (d *definition) codeBucket() (*codeBucket, error) {
	const logical = "code"
	// Names of buckets are shared with all other accounts, hence the account's id.
	bucket, err := s3.NewBucketV2(d.ctx, logical, &s3.BucketV2Args{
		Bucket:       pulumi.String(d.names.Physical(logical + "-" + d.account)),
		ForceDestroy: pulumi.Bool(true), // all that it holds is made from the sources again
		Tags:         d.tags,
	})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", logical, err)
	}
	block, err := s3.NewBucketPublicAccessBlock(d.ctx, logical, &s3.BucketPublicAccessBlockArgs{
		Bucket:          bucket.ID(),
		BlockPublicAcls: pulumi.Bool(true), IgnorePublicAcls: pulumi.Bool(true),
		BlockPublicPolicy: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: public access: %w", logical, err)
	}
	encryption, err := s3.NewBucketServerSideEncryptionConfigurationV2(d.ctx, logical, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: bucket.ID(),
		Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm: pulumi.String("AES256"),
			},
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: encryption: %w", logical, err)
	}
	return &codeBucket{BucketV2: bucket, closed: []pulumi.Resource{block, encryption}, code: map[string]*s3.BucketObjectv2{}}, nil
}

// upload puts the zip of a variant into the bucket, unless one with the same content
// is there.
func (d *definition) upload(bucket *codeBucket, v matrix.Variant) (*s3.BucketObjectv2, error) {
	zip, _, err := d.code(v)
	if err != nil {
		return nil, err
	}
	if object, ok := bucket.code[zip.SHA256]; ok {
		return object, nil
	}
	key := codeFolder + zip.SHA256 + ".zip"
	object, err := s3.NewBucketObjectv2(d.ctx, key, &s3.BucketObjectv2Args{
		Bucket: bucket.ID(),
		Key:    pulumi.String(key),
		Source: pulumi.NewFileAsset(zip.Path),
		Tags:   d.tags,
	}, pulumi.DependsOn(bucket.closed))
	if err != nil {
		return nil, fmt.Errorf("code of %v: %w", v, err)
	}
	bucket.code[zip.SHA256] = object
	return object, nil
}

// cloudFormationRole makes the role that CloudFormation acts as, for the stacks of this
// file only. What CloudFormation presents when it assumes a role is not documented. AWS's
// own deployment framework relies on the ARN of the stack (role adf-pipeline-deployment)
// and not on the account (role adf-cloudformation-deployment-role):
// https://github.com/awslabs/aws-deployment-framework, adf-bootstrap/deployment.
//
// The actions on functions are those that AWS's schema of AWS::Lambda::Function lists
// for its handlers, without those of properties that no function here has: VPCs,
// layers, code signing, keys, reserved concurrency.
func (d *definition) cloudFormationRole(bucket *codeBucket, passed role) (role, error) {
	by := principal{
		service:         "cloudformation.amazonaws.com",
		sources:         []string{d.arn("cloudformation", "stack/"+d.names.Physical(stackPrefix)+"*")},
		accountIfExists: true,
	}
	return d.role("cloudformation", by,
		statement{
			sid: "DeployFunctions",
			actions: []string{
				"lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:DeleteFunction",
				"lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionRecursionConfig", "lambda:GetRuntimeManagementConfig",
				"lambda:ListTags", "lambda:TagResource", "lambda:UntagResource",
			},
			resources: pulumi.StringArray{pulumi.String(d.arn("lambda", "function:"+d.names.Physical(stage.Hello+"-")+"*"))},
		},
		// To Lambda alone, since it alone may assume that role.
		statement{sid: "GiveFunctionsTheirRole", actions: []string{"iam:PassRole"}, resources: pulumi.StringArray{passed.Arn}},
		statement{sid: "ReadCode", actions: []string{"s3:GetObject"}, resources: pulumi.StringArray{pulumi.Sprintf("%s/%s*", bucket.Arn, codeFolder)}},
	)
}

// functionStack makes one stack and adds the ARNs of its functions.
//
// A cold start that is forced by a changed variable is no drift: CloudFormation
// compares a template with the one before it and not with what is deployed. When it
// updates a function for another reason, the variable may become what it was at first.
func (d *definition) functionStack(logical string, specs []functionSpec, bucket *codeBucket, deployer role, arns map[matrix.Variant]pulumi.StringOutput) error {
	after := []pulumi.Resource{deployer.policy, specs[0].role.policy}
	var entries []any
	for _, spec := range specs {
		code, err := d.upload(bucket, spec.variant)
		if err != nil {
			return err
		}
		if !slices.Contains(after, pulumi.Resource(code)) {
			after = append(after, code)
		}
		entry, err := d.templateFunction(spec, code)
		if err != nil {
			return err
		}
		entries = append(entries, entry)
	}
	text := pulumi.All(entries...).ApplyT(func(entries []any) (string, error) {
		t := templateJSON{
			AWSTemplateFormatVersion: "2010-09-09",
			Description:              "Functions of " + d.names.Project + ", stage " + d.names.Stage + ": runtimes that the AWS provider of Pulumi does not take",
			Resources:                map[string]templateResource{},
		}
		for _, entry := range entries {
			e := entry.(templateEntry)
			t.Resources[e.logicalID] = templateResource{Type: "AWS::Lambda::Function", Properties: e.function}
		}
		text, err := json.MarshalIndent(t, "", " ")
		return string(text), err
	}).(pulumi.StringOutput)
	template, err := s3.NewBucketObjectv2(d.ctx, logical, &s3.BucketObjectv2Args{
		Bucket: bucket.ID(),
		Key: text.ApplyT(func(text string) string {
			sum := sha256.Sum256([]byte(text))
			return templateFolder + hex.EncodeToString(sum[:]) + ".json"
		}).(pulumi.StringOutput),
		Content:     text,
		ContentType: pulumi.String("application/json"),
		Tags:        d.tags,
	}, pulumi.DependsOn(bucket.closed))
	if err != nil {
		return fmt.Errorf("template %s: %w", logical, err)
	}
	made, err := cloudformation.NewStack(d.ctx, logical, &cloudformation.StackArgs{
		Name:        pulumi.String(d.names.Physical(logical)),
		TemplateUrl: pulumi.Sprintf("https://%s/%s", bucket.BucketRegionalDomainName, template.Key),
		IamRoleArn:  deployer.Arn,
		OnFailure:   pulumi.String("DELETE"), // a stack that could not be made cannot be updated either
		Tags:        d.tags,
	}, pulumi.DependsOn(after))
	if err != nil {
		return fmt.Errorf("CloudFormation stack %s: %w", logical, err)
	}
	for _, spec := range specs {
		// Made from the name, and known once the stack is there. An output of it would be
		// unknown in each preview of an update, and all that depends on it with it.
		arns[spec.variant] = made.Name.ApplyT(func(string) string {
			return d.arn("lambda", "function:"+d.names.Physical(spec.variant.Name()))
		}).(pulumi.StringOutput)
	}
	return nil
}

// The template is marshalled from structs, so that its text is the same every time.

type templateJSON struct {
	AWSTemplateFormatVersion string
	Description              string
	Resources                map[string]templateResource // by logical ID
}

type templateResource struct {
	Type       string
	Properties templateFunction
}

// templateFunction has the properties of AWS::Lambda::Function.
type templateFunction struct {
	FunctionName, Description, Role, Runtime, Handler string
	Architectures                                     []functions.Architecture
	MemorySize, Timeout                               int
	Code                                              struct{ S3Bucket, S3Key string }
	Environment                                       struct{ Variables map[string]string }
	LoggingConfig                                     struct{ LogFormat, LogGroup string }
	TracingConfig                                     struct{ Mode string }
	SnapStart                                         *templateSnapStart `json:",omitempty"`
	Tags                                              []templateTag
}

type templateSnapStart struct{ ApplyOn string }

type templateTag struct{ Key, Value string }

// templateEntry is a function under the name that it has in its template.
type templateEntry struct {
	logicalID string
	function  templateFunction
}

// templateFunction is a function as CloudFormation is told of it, whose code is in an object.
func (d *definition) templateFunction(spec functionSpec, code *s3.BucketObjectv2) (pulumi.Output, error) {
	v := spec.variant
	if spec.reserved > 0 {
		return nil, fmt.Errorf("function %v: the role of CloudFormation may not reserve concurrency", v)
	}
	_, handler, err := d.code(v)
	if err != nil {
		return nil, err
	}
	of := pulumi.All(spec.role.Arn, code.Bucket, code.Key, spec.logGroup.Name, spec.variables, d.tags)
	return of.ApplyT(func(of []any) templateEntry {
		f := templateFunction{
			FunctionName: d.names.Physical(v.Name()), Description: v.String(), Role: of[0].(string), Runtime: v.Runtime, Handler: handler,
			Architectures: []functions.Architecture{v.Architecture}, MemorySize: v.MemoryMB, Timeout: spec.timeout,
		}
		f.Code.S3Bucket, f.Code.S3Key = of[1].(string), of[2].(string)
		f.Environment.Variables = of[4].(map[string]string)
		f.LoggingConfig.LogFormat, f.LoggingConfig.LogGroup = logFormat, of[3].(string)
		f.TracingConfig.Mode = spec.tracingMode()
		if v.SnapStart {
			f.SnapStart = &templateSnapStart{ApplyOn: snapshots}
		}
		tags := of[5].(map[string]string)
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			f.Tags = append(f.Tags, templateTag{Key: key, Value: tags[key]})
		}
		return templateEntry{logicalID: logicalID(v), function: f}
	}), nil
}

// logicalID is the name of a variant in the letters and digits that CloudFormation
// allows: HelloNodejs24Arm64512.
func logicalID(v matrix.Variant) string {
	var id strings.Builder
	for word := range strings.SplitSeq(v.Name(), "-") {
		id.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return id.String()
}
