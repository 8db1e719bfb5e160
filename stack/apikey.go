package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigateway"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// apiKey makes the key of the stats API and returns the name of the secret
// that holds it. The value of a key that was not given comes from API Gateway,
// once, so no up ever changes it; Pulumi encrypts it in its state.
func (d *definition) apiKey() (*apigateway.ApiKey, pulumi.StringOutput, error) {
	args := &apigateway.ApiKeyArgs{
		Name:        pulumi.String(d.names.Physical("stats")),
		Description: pulumi.String("Reads the results of the benchmark"),
		Tags:        d.tags,
	}
	existing := d.config.APIKeySecret
	if existing != "" {
		args.Value = d.existingKey(existing) // the SDK marks it as secret
	}
	key, err := apigateway.NewApiKey(d.ctx, "stats", args)
	if err != nil {
		return nil, pulumi.StringOutput{}, fmt.Errorf("api key: %w", err)
	}
	if existing != "" {
		return key, d.known(existing), nil
	}
	secret, err := secretsmanager.NewSecret(d.ctx, "api-key", &secretsmanager.SecretArgs{
		Name:                 pulumi.String(d.names.APIKeySecret()),
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

// existingKey reads the key that somebody else keeps in a secret.
func (d *definition) existingKey(secret string) pulumi.StringOutput {
	found := secretsmanager.LookupSecretVersionOutput(d.ctx, secretsmanager.LookupSecretVersionOutputArgs{SecretId: pulumi.String(secret)})
	return found.SecretString().ApplyT(func(value string) (string, error) {
		if err := stage.CheckAPIKey(value); err != nil {
			return "", fmt.Errorf("config apiKeySecret: secret %s: %w", secret, err)
		}
		return value, nil
	}).(pulumi.StringOutput)
}
