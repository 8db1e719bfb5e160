package deploy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// functionStack is a CloudFormation stack and what CloudFormation does for it.
type functionStack struct {
	name, arn, roleARN string
	calls              []call
}

// call is an action on a resource.
type call struct{ action, resource string }

// functionHandlers are the actions that CloudFormation's handlers of
// AWS::Lambda::Function call to create, read, update, tag and delete a function without
// layers, VPC, code signing, keys and reserved concurrency. They are from that type's
// schema, as of 2026-11-29:
// https://github.com/hashicorp/terraform-provider-awscc/blob/main/internal/service/cloudformation/schemas/AWS_Lambda_Function.json
var functionHandlers = []string{
	"lambda:CreateFunction",
	"lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionRecursionConfig", "lambda:GetRuntimeManagementConfig",
	"lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
	"lambda:ListTags", "lambda:TagResource", "lambda:UntagResource",
	"lambda:DeleteFunction",
}

type functionStackInputs struct {
	Name, TemplateURL, IAMRoleARN string
	OnFailure, Tags               ignored
}

type template struct {
	AWSTemplateFormatVersion, Description string
	Resources                             map[string]struct {
		Type       string
		Properties json.RawMessage
	}
}

type templateFunction struct {
	functionProperties
	FunctionName string
	Code         struct{ S3Bucket, S3Key string }
}

// functionStack does what CloudFormation does: it makes the resources of a template.
func (m *monitor) functionStack(in functionStackInputs) (string, outputs, error) {
	text, err := m.templateAt(in.TemplateURL)
	if err != nil {
		return "", nil, err
	}
	var t template
	if err := exactjson.UnmarshalKnown([]byte(text), &t); err != nil {
		return "", nil, fmt.Errorf("template: %w", err)
	}
	made := functionStack{
		name: in.Name, arn: m.arn("cloudformation", "stack/"+in.Name+"/"+apiID("stack "+in.Name)), roleARN: in.IAMRoleARN,
	}
	for _, logical := range slices.Sorted(maps.Keys(t.Resources)) {
		r := t.Resources[logical]
		if r.Type != "AWS::Lambda::Function" {
			return "", nil, fmt.Errorf("template: %s: type %s is not known to local: AWS::Lambda::Function is", logical, r.Type)
		}
		var f templateFunction
		if err := decode(r.Properties, &f); err != nil {
			return "", nil, fmt.Errorf("template: %s: %w", logical, err)
		}
		code, ok := m.buckets.objects[objectKey{f.Code.S3Bucket, f.Code.S3Key}]
		if !ok {
			return "", nil, fmt.Errorf("template: %s: code %s is not in bucket %s", logical, f.Code.S3Key, f.Code.S3Bucket)
		}
		c, err := m.functionConfig(f.FunctionName, code.path, f.functionProperties)
		if err != nil {
			return "", nil, fmt.Errorf("template: %s: %w", logical, err)
		}
		m.plan.Functions = append(m.plan.Functions, c)
		for _, action := range functionHandlers {
			made.calls = append(made.calls, call{action, m.functionARN(f.FunctionName)})
		}
		made.calls = append(made.calls, call{"iam:PassRole", f.Role}, call{"s3:GetObject", "arn:aws:s3:::" + f.Code.S3Bucket + "/" + f.Code.S3Key})
	}
	m.plan.stacks = append(m.plan.stacks, made)
	return made.arn, nil, nil
}

// templateAt is the text of the object that a URL leads to.
func (m *monitor) templateAt(url string) (string, error) {
	for key, object := range m.buckets.objects {
		if url == "https://"+m.bucketDomain(key.bucket)+"/"+key.key {
			return object.text, nil
		}
	}
	return "", fmt.Errorf("template %s: there is no such object", url)
}

// deployable says whether CloudFormation may do as the stack's role what it does.
func (p *Plan) deployable(s functionStack) error {
	if err := p.trusted(s.roleARN, "cloudformation.amazonaws.com", s.arn); err != nil {
		return err
	}
	role := p.Roles[slices.IndexFunc(p.Roles, func(r iam.Role) bool { return r.ARN == s.roleARN })]
	var denied []string
	for _, c := range s.calls {
		if !role.Allows(c.action, c.resource) {
			denied = append(denied, c.action+" on "+c.resource)
		}
	}
	if len(denied) > 0 {
		return fmt.Errorf("role %s may not do what CloudFormation does as it: %s", role.Name, strings.Join(denied, ", "))
	}
	return nil
}
