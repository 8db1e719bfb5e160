package awsapi

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Secret is one of Secrets Manager's secrets.
type Secret struct {
	Name string
	// ARN ends in a hyphen and six characters; empty makes one of the name.
	ARN   string
	Value string
}

type secretsManager struct {
	server  *Server
	secrets []Secret
	created time.Time
}

func newSecretsManager(s *Server) JSONService {
	svc := &secretsManager{server: s, secrets: slices.Clone(s.options.Secrets), created: time.Now()}
	for i := range svc.secrets {
		secret := &svc.secrets[i]
		secret.ARN = cmp.Or(secret.ARN, s.SecretARN(secret.Name))
	}
	return Operations{
		"GetSecretValue": Operation(svc.getSecretValue),
		"DescribeSecret": Operation(svc.describeSecret),
	}
}

// SecretARN is the ARN of a secret that was given none. AWS ends it in six
// random characters, so that a secret made anew is not the old one; here they
// follow from the name, so that two runs agree.
func (s *Server) SecretARN(name string) string {
	sum := sha256.Sum256([]byte(name))
	return s.arn("secretsmanager", "secret:"+name+"-"+base32.StdEncoding.EncodeToString(sum[:])[:6])
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

func (s *secretsManager) getSecretValue(_ context.Context, c *Call, in getSecretValueInput) (getSecretValueOutput, error) {
	secret, err := s.find(c, "secretsmanager:GetSecretValue", in.SecretId)
	if err != nil {
		return getSecretValueOutput{}, err
	}
	version := secret.version()
	if in.VersionId != "" && in.VersionId != version || in.VersionStage != "" && in.VersionStage != "AWSCURRENT" {
		return getSecretValueOutput{}, &Error{Code: "ResourceNotFoundException", Message: fmt.Sprintf(
			"Secrets Manager can't find the specified secret value for VersionId: %s, staging label: %s", in.VersionId, in.VersionStage)}
	}
	return getSecretValueOutput{
		ARN: secret.ARN, Name: secret.Name, VersionId: version, SecretString: secret.Value,
		VersionStages: []string{"AWSCURRENT"}, CreatedDate: epochSeconds(s.created),
	}, nil
}

type describeSecretOutput struct {
	ARN                string
	Name               string
	VersionIdsToStages map[string][]string
	CreatedDate        float64
}

func (s *secretsManager) describeSecret(_ context.Context, c *Call, in struct{ SecretId string }) (describeSecretOutput, error) {
	secret, err := s.find(c, "secretsmanager:DescribeSecret", in.SecretId)
	if err != nil {
		return describeSecretOutput{}, err
	}
	return describeSecretOutput{
		ARN: secret.ARN, Name: secret.Name, CreatedDate: epochSeconds(s.created),
		VersionIdsToStages: map[string][]string{secret.version(): {"AWSCURRENT"}},
	}, nil
}

// find returns a secret that the caller may read, by its name, its ARN, or its
// ARN without the six characters.
func (s *secretsManager) find(c *Call, action, id string) (Secret, error) {
	i := slices.IndexFunc(s.secrets, func(secret Secret) bool {
		return id == secret.Name || id == secret.ARN || id == secret.ARN[:max(0, len(secret.ARN)-len("-ABCDEF"))]
	})
	if i < 0 {
		arn := id
		if !strings.HasPrefix(id, "arn:") {
			arn = s.server.arn("secretsmanager", "secret:"+id)
		}
		if err := c.Authorize(action, arn); err != nil {
			return Secret{}, err
		}
		return Secret{}, &Error{Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret."}
	}
	return s.secrets[i], c.Authorize(action, s.secrets[i].ARN)
}

// version is the id of a secret's only version, a UUID in shape.
func (s Secret) version() string {
	sum := sha256.Sum256([]byte(s.ARN))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
