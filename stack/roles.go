package stack

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// role is a role whose policy is in place.
type role struct {
	*iam.Role
	// policy is what the role's user must wait for, or it starts without permissions.
	policy *iam.RolePolicy
}

// executionRole makes the role of functions.
func (d *definition) executionRole(logical string, statements ...statement) (role, error) {
	return d.role(logical, principal{service: "lambda.amazonaws.com"}, statements...)
}

// principal is the service that may assume a role.
type principal struct {
	service string
	// sources are ARNs, perhaps with wildcards, of the resources of this account that
	// the service may assume the role for; empty means any. Without them the service
	// could be made to use the role for a resource of another account (the confused
	// deputy).
	sources []string
	// accountIfExists says that the service need not present the account besides the
	// source, whose ARN names it as well.
	accountIfExists bool
}

// role makes a role that one service may assume, with one inline policy.
func (d *definition) role(logical string, by principal, statements ...statement) (role, error) {
	name := d.names.Physical(logical)
	r, err := iam.NewRole(d.ctx, logical, &iam.RoleArgs{
		Name:             pulumi.String(name),
		AssumeRolePolicy: pulumi.String(d.trust(by)),
		Tags:             d.tags,
	})
	if err != nil {
		return role{}, fmt.Errorf("role %s: %w", logical, err)
	}
	policy, err := iam.NewRolePolicy(d.ctx, logical, &iam.RolePolicyArgs{
		Name:   pulumi.String(name),
		Role:   r.Name,
		Policy: policyDocument(statements...),
	})
	if err != nil {
		return role{}, fmt.Errorf("role %s: policy: %w", logical, err)
	}
	return role{Role: r, policy: policy}, nil
}

// statement allows its actions on its resources. There are no others: what is
// not allowed is denied.
type statement struct {
	sid       string
	actions   []string
	resources pulumi.StringArray
}

// writeLogs allows a function to write into log groups that are there already.
func writeLogs(streams pulumi.StringInput) statement {
	return statement{
		sid:       "WriteLogs",
		actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		resources: pulumi.StringArray{streams},
	}
}

// sendTraces allows a function to send X-Ray its segments. X-Ray has no
// resource-level permissions for these actions, hence the "*".
func sendTraces() statement {
	return statement{
		sid:       "SendTraces",
		actions:   []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
		resources: pulumi.StringArray{pulumi.String("*")},
	}
}

// The documents below are marshalled from structs, so that their text is the
// same every time and Pulumi sees no change where there is none.

type documentJSON struct {
	Version   string
	Statement []statementJSON
}

type statementJSON struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal map[string]string `json:",omitempty"`
	Action    []string
	Resource  []string `json:",omitempty"`
	// Condition is by operator and key.
	Condition map[string]map[string][]string `json:",omitempty"`
}

func policyDocument(statements ...statement) pulumi.StringOutput {
	resources := make(pulumi.StringArrayArray, len(statements))
	for i, s := range statements {
		resources[i] = s.resources
	}
	return resources.ToStringArrayArrayOutput().ApplyT(func(resources [][]string) (string, error) {
		document := documentJSON{Version: "2012-10-17"}
		for i, s := range statements {
			document.Statement = append(document.Statement, statementJSON{
				Sid: s.sid, Effect: "Allow", Action: s.actions, Resource: resources[i],
			})
		}
		text, err := json.Marshal(document)
		return string(text), err
	}).(pulumi.StringOutput)
}

// trust is the document that lets a service assume a role.
func (d *definition) trust(by principal) string {
	statement := statementJSON{
		Effect: "Allow", Principal: map[string]string{"Service": by.service}, Action: []string{"sts:AssumeRole"},
	}
	equals := "StringEquals"
	if by.accountIfExists {
		equals = "StringEqualsIfExists"
	}
	if len(by.sources) > 0 {
		statement.Condition = map[string]map[string][]string{
			equals:    {"aws:SourceAccount": {d.account}},
			"ArnLike": {"aws:SourceArn": by.sources},
		}
	}
	text, err := json.Marshal(documentJSON{Version: "2012-10-17", Statement: []statementJSON{statement}})
	if err != nil {
		panic(err) // strings only
	}
	return string(text)
}
