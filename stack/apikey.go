package stack

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigateway"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// apiKey makes the key of the stats API and returns the name of the secret
// that holds it. The value of a key that was not given comes from API Gateway,
// once, so no up ever changes it; Pulumi encrypts it in its state.
func (d *definition) apiKey() (*apigateway.ApiKey, pulumi.StringOutput, error) {
	args := &apigateway.ApiKeyArgs{
		Name:        pulumi.String(d.names.physical("stats")),
		Description: pulumi.String("Reads the results of the benchmark"),
		Tags:        d.tags,
	}
	if d.config.APIKeySecret != "" {
		value, err := d.existingKey()
		if err != nil {
			return nil, pulumi.StringOutput{}, fmt.Errorf("config apiKeySecret: %w", err)
		}
		args.Value = pulumi.String(value) // the SDK marks it as secret
	}
	key, err := apigateway.NewApiKey(d.ctx, "stats", args)
	if err != nil {
		return nil, pulumi.StringOutput{}, fmt.Errorf("api key: %w", err)
	}
	if d.config.APIKeySecret != "" {
		return key, pulumi.String(d.config.APIKeySecret).ToStringOutput(), nil
	}
	secret, err := secretsmanager.NewSecret(d.ctx, "api-key", &secretsmanager.SecretArgs{
		Name:                 pulumi.String(d.names.apiKeySecret()),
		Description:          pulumi.String("API key of the benchmark's results"),
		RecoveryWindowInDays: pulumi.Int(d.config.SecretRecoveryDays),
		Tags:                 d.tags,
	})
	if err != nil {
		return nil, pulumi.StringOutput{}, fmt.Errorf("secret of the api key: %w", err)
	}
	_, err = secretsmanager.NewSecretVersion(d.ctx, "api-key", &secretsmanager.SecretVersionArgs{
		SecretId: secret.ID(), SecretString: key.Value,
	})
	if err != nil {
		return nil, pulumi.StringOutput{}, fmt.Errorf("secret of the api key: value: %w", err)
	}
	return key, secret.Name, nil
}

// existingKey reads the key that somebody else keeps.
func (d *definition) existingKey() (string, error) {
	name := d.config.APIKeySecret
	secret, err := secretsmanager.LookupSecretVersion(d.ctx, &secretsmanager.LookupSecretVersionArgs{SecretId: name})
	if err != nil {
		return "", fmt.Errorf("read secret %s: %w", name, err)
	}
	return secret.SecretString, checkAPIKey(name, secret.SecretString)
}

// checkAPIKey says whether API Gateway would take a secret's value as a key.
// The value itself never gets into an error.
func checkAPIKey(secret, value string) error {
	switch {
	case strings.HasPrefix(strings.TrimSpace(value), "{"):
		return fmt.Errorf("secret %s holds JSON: store the bare key in it", secret)
	case strings.TrimSpace(value) != value:
		return fmt.Errorf("secret %s begins or ends with white space: store the bare key in it", secret)
	case len(value) < 20 || len(value) > 128:
		return fmt.Errorf("secret %s has %d characters, and API Gateway takes keys of 20 to 128: store a longer or shorter one in it", secret, len(value))
	}
	return nil
}
