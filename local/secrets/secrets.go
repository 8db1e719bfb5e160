// Package secrets is the part of Secrets Manager that functions read: secrets of
// one version each, as the stack made them. Left out are writing, rotation,
// binary secrets and KMS.
package secrets

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// CurrentStage is the staging label of a secret's only version.
const CurrentStage = "AWSCURRENT"

// Secret is a secret as the stack defines it.
type Secret struct {
	Name string
	// ARN ends in a hyphen and six characters; empty makes one of the name.
	ARN   string
	Value string
}

// Service is Secrets Manager of one account and region. It is safe for concurrent use.
type Service struct {
	prefix  string // of a secret's ARN
	secrets []Secret
	created time.Time
}

// New returns a service with the secrets.
func New(region, accountID string, all []Secret) *Service {
	s := &Service{prefix: "arn:aws:secretsmanager:" + region + ":" + accountID + ":secret:", secrets: slices.Clone(all), created: time.Now()}
	for i := range s.secrets {
		if secret := &s.secrets[i]; secret.ARN == "" {
			secret.ARN = s.newARN(secret.Name)
		}
	}
	return s
}

// newARN ends in six characters as AWS's ARNs do. There they are random, so that a
// secret that was made again is not the old one; here they follow from the name,
// so that two runs have the same ARN.
func (s *Service) newARN(name string) string {
	sum := sha256.Sum256([]byte(name))
	return s.prefix + name + "-" + base32.StdEncoding.EncodeToString(sum[:])[:6]
}

// Reading is a secret as a caller reads it.
type Reading struct {
	Secret
	Version string // a UUID
	Created time.Time
}

// GetSecretValue returns a secret that the caller may read. The version and the
// staging label may be empty.
func (s *Service) GetSecretValue(authorize iam.Authorize, id, version, stage string) (Reading, error) {
	r, err := s.find(authorize, "secretsmanager:GetSecretValue", id)
	if err != nil {
		return Reading{}, err
	}
	if version != "" && version != r.Version || stage != "" && stage != CurrentStage {
		return Reading{}, &apierror.Error{Code: "ResourceNotFoundException", Message: fmt.Sprintf(
			"Secrets Manager can't find the specified secret value for VersionId: %s, staging label: %s", version, stage)}
	}
	return r, nil
}

// DescribeSecret returns a secret that the caller may describe, without its value.
func (s *Service) DescribeSecret(authorize iam.Authorize, id string) (Reading, error) {
	r, err := s.find(authorize, "secretsmanager:DescribeSecret", id)
	r.Value = ""
	return r, err
}

// find looks a secret up by its name, its ARN, or its ARN without the six characters.
func (s *Service) find(authorize iam.Authorize, action, id string) (Reading, error) {
	i := slices.IndexFunc(s.secrets, func(secret Secret) bool {
		return id == secret.Name || id == secret.ARN || id == secret.ARN[:max(0, len(secret.ARN)-len("-ABCDEF"))]
	})
	if i < 0 {
		arn := id
		if !strings.HasPrefix(id, "arn:") {
			arn = s.prefix + id
		}
		if err := authorize(action, arn); err != nil {
			return Reading{}, err
		}
		return Reading{}, &apierror.Error{Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret."}
	}
	secret := s.secrets[i]
	if err := authorize(action, secret.ARN); err != nil {
		return Reading{}, err
	}
	return Reading{Secret: secret, Version: versionOf(secret), Created: s.created}, nil
}

// versionOf is the id of a secret's only version, a UUID in shape.
func versionOf(s Secret) string {
	sum := sha256.Sum256([]byte(s.ARN))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
