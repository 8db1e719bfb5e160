package deploy

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/lambda-benchmark/lambda-benchmark/local/secrets"
)

// newAPIKey is as long as API Gateway's own keys, and as hard to guess.
func newAPIKey() string {
	return (rand.Text() + rand.Text())[:40]
}

type secretInputs struct {
	Name                                    string
	Description, RecoveryWindowInDays, Tags ignored
}

func (m *monitor) secret(in secretInputs) (string, outputs, error) {
	// AWS ends the ARN in six random characters. No policy may count on them.
	arn := m.arn("secretsmanager", "secret:"+in.Name+"-"+strings.ToUpper(apiID(in.Name))[:6])
	m.plan.Secrets = append(m.plan.Secrets, secrets.Secret{Name: in.Name, ARN: arn})
	return arn, outputs{"arn": arn}, nil
}

type secretVersionInputs struct{ SecretID, SecretString string }

func (m *monitor) secretVersion(in secretVersionInputs) (string, outputs, error) {
	i := slices.IndexFunc(m.plan.Secrets, func(s secrets.Secret) bool { return s.ARN == in.SecretID })
	if i < 0 {
		return "", nil, fmt.Errorf("secret %s does not exist", in.SecretID)
	}
	if m.plan.Secrets[i].Value != "" {
		return "", nil, fmt.Errorf("secret %s has a second value, of which local knows one", m.plan.Secrets[i].Name)
	}
	m.plan.Secrets[i].Value = in.SecretString
	return in.SecretID + "|1", nil, nil
}

// existingSecret answers for a secret that exists on AWS already. Here it
// holds the key of this plan.
func (m *monitor) existingSecret(args resource.PropertyMap) (resource.PropertyMap, error) {
	name := args["secretId"]
	if !name.IsString() || name.StringValue() == "" {
		return nil, errors.New("getSecretVersion: secretId is missing")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.plan.Secrets = append(m.plan.Secrets, secrets.Secret{Name: name.StringValue(), Value: m.newKey})
	return resource.PropertyMap{
		"secretId": name, "secretString": resource.MakeSecret(resource.NewProperty(m.newKey)),
	}, nil
}
