package deploy

import (
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

type roleInputs struct {
	Name, AssumeRolePolicy string
	Description, Tags      ignored
}

func (m *monitor) role(in roleInputs) (string, outputs, error) {
	trust, err := iam.ParseTrust([]byte(in.AssumeRolePolicy))
	if err != nil {
		return "", nil, err
	}
	r := iam.Role{Name: in.Name, ARN: "arn:aws:iam::" + AccountID + ":role/" + in.Name, Trust: trust}
	m.plan.Roles = append(m.plan.Roles, r)
	return in.Name, outputs{"arn": r.ARN}, nil
}

type rolePolicyInputs struct{ Name, Role, Policy string }

func (m *monitor) rolePolicy(in rolePolicyInputs) (string, outputs, error) {
	policy, err := iam.ParsePolicy([]byte(in.Policy))
	if err != nil {
		return "", nil, err
	}
	i := slices.IndexFunc(m.plan.Roles, func(r iam.Role) bool { return r.Name == in.Role })
	if i < 0 {
		return "", nil, fmt.Errorf("role %s does not exist", in.Role)
	}
	m.plan.Roles[i].Policies = append(m.plan.Roles[i].Policies, policy)
	return in.Role + ":" + in.Name, nil, nil
}
