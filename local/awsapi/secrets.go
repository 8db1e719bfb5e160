package awsapi

import (
	"context"

	"github.com/lambda-benchmark/lambda-benchmark/local/secrets"
)

// secretsManager is the wire of package secrets.
type secretsManager struct{ service *secrets.Service }

func (s secretsManager) operations() Operations {
	return Operations{
		"GetSecretValue": Operation(s.getSecretValue),
		"DescribeSecret": Operation(s.describeSecret),
	}
}

type getSecretValueInput struct{ SecretId, VersionId, VersionStage string }

type getSecretValueOutput struct {
	ARN           string
	Name          string
	VersionId     string
	SecretString  string
	VersionStages []string
	CreatedDate   float64
}

func (s secretsManager) getSecretValue(_ context.Context, c *Call, in getSecretValueInput) (getSecretValueOutput, error) {
	r, err := s.service.GetSecretValue(c.Authorize, in.SecretId, in.VersionId, in.VersionStage)
	return getSecretValueOutput{
		ARN: r.ARN, Name: r.Name, VersionId: r.Version, SecretString: r.Value,
		VersionStages: []string{secrets.CurrentStage}, CreatedDate: epochSeconds(r.Created),
	}, err
}

type describeSecretInput struct{ SecretId string }

type describeSecretOutput struct {
	ARN                string
	Name               string
	VersionIdsToStages map[string][]string
	CreatedDate        float64
}

func (s secretsManager) describeSecret(_ context.Context, c *Call, in describeSecretInput) (describeSecretOutput, error) {
	r, err := s.service.DescribeSecret(c.Authorize, in.SecretId)
	return describeSecretOutput{
		ARN: r.ARN, Name: r.Name, CreatedDate: epochSeconds(r.Created),
		VersionIdsToStages: map[string][]string{r.Version: {secrets.CurrentStage}},
	}, err
}
