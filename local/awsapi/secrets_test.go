package awsapi

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/lambda-benchmark/lambda-benchmark/local/secrets"
)

func TestGetSecretValue(t *testing.T) {
	const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:dev/api-key-AbCdEf"
	e := newEndpoint(t, func(o *Options) {
		o.Secrets = secrets.New(region, account, []secrets.Secret{{Name: "dev/api-key", ARN: arn, Value: "k"}, {Name: "other", Value: "o"}})
		o.Directory = readerDirectory(t, allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:dev/*"))
	})
	for _, tt := range []struct {
		name, key string
		in        sdk.GetSecretValueInput
		want      string
		code      string
	}{
		{"name", operatorKey, sdk.GetSecretValueInput{SecretId: aws.String("dev/api-key")}, "k", ""},
		{"ARN", operatorKey, sdk.GetSecretValueInput{SecretId: aws.String(arn)}, "k", ""},
		{"partial ARN", operatorKey, sdk.GetSecretValueInput{SecretId: aws.String(arn[:len(arn)-7])}, "k", ""},
		{"current stage", operatorKey, sdk.GetSecretValueInput{SecretId: aws.String("dev/api-key"), VersionStage: aws.String("AWSCURRENT")}, "k", ""},
		{"what the policy allows", functionKey, sdk.GetSecretValueInput{SecretId: aws.String("dev/api-key")}, "k", ""},
		{"what it does not", functionKey, sdk.GetSecretValueInput{SecretId: aws.String("other")}, "", "AccessDeniedException"},
		{"not even whether it is there", functionKey, sdk.GetSecretValueInput{SecretId: aws.String("nope")}, "", "AccessDeniedException"},
		{"no such secret", operatorKey, sdk.GetSecretValueInput{SecretId: aws.String("nope")}, "", "ResourceNotFoundException"},
		{"no such stage", operatorKey, sdk.GetSecretValueInput{SecretId: aws.String("other"), VersionStage: aws.String("AWSPREVIOUS")}, "", "ResourceNotFoundException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := sdk.NewFromConfig(e.config(tt.key)).GetSecretValue(t.Context(), &tt.in)
			if tt.code != "" {
				checkCode(t, err, tt.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if aws.ToString(out.SecretString) != tt.want || aws.ToString(out.Name) != "dev/api-key" || aws.ToString(out.ARN) != arn ||
				len(aws.ToString(out.VersionId)) != 36 || len(out.VersionStages) != 1 || out.CreatedDate == nil {
				t.Errorf("got %+v", out)
			}
			described, err := sdk.NewFromConfig(e.config(operatorKey)).DescribeSecret(t.Context(), &sdk.DescribeSecretInput{SecretId: tt.in.SecretId})
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := described.VersionIdsToStages[aws.ToString(out.VersionId)]; !ok {
				t.Errorf("versions %v do not have %s", described.VersionIdsToStages, aws.ToString(out.VersionId))
			}
		})
	}
}
