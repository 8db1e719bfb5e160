// Package harness loads what the mains of functions/harness share: the environment
// variables that the stack sets, and the table. Their work is in packages of its own.
package harness

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// The environment variables. Only TableName is required.
const (
	TableName     = "TABLE_NAME"
	SampleTTLDays = "SAMPLE_TTL_DAYS"
	// Platform is where the functions are; the default is AWS.
	Platform = "PLATFORM"
	Stage    = "STAGE"
	Version  = "VERSION"
)

// Harness is the environment of a function of ours.
type Harness struct {
	// AWS is what the SDK's clients are made with.
	AWS                    aws.Config
	Store                  *dynamo.Store
	Platform               deployed.Platform
	Region, Stage, Version string
	Log                    *slog.Logger
}

// Load reads the environment.
func Load(ctx context.Context) (Harness, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return Harness{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	h, table, ttl, err := read(os.Getenv)
	if err != nil {
		return Harness{}, err
	}
	h.AWS, h.Region = cfg, cfg.Region
	h.Store = dynamo.New(dynamodb.NewFromConfig(cfg), table, dynamo.Options{SampleTTL: ttl})
	h.Log = slog.New(slog.NewJSONHandler(os.Stdout, nil))
	return h, nil
}

func read(get func(string) string) (h Harness, table string, ttl time.Duration, err error) {
	h = Harness{Platform: deployed.AWS, Stage: get(Stage), Version: get(Version)}
	if table = get(TableName); table == "" {
		return h, "", 0, errors.New("the environment variable " + TableName + " is not set: deploy the stack again")
	}
	if text := get(SampleTTLDays); text != "" {
		days, err := strconv.Atoi(text)
		if err != nil || days < 0 {
			return h, "", 0, fmt.Errorf("the environment variable %s is %q, want a number of days", SampleTTLDays, text)
		}
		ttl = time.Duration(days) * 24 * time.Hour
	}
	switch p := deployed.Platform(get(Platform)); p {
	case "":
	case deployed.AWS, deployed.Local:
		h.Platform = p
	default:
		return h, "", 0, fmt.Errorf("the environment variable %s is %q, want %s or %s", Platform, p, deployed.AWS, deployed.Local)
	}
	return h, table, ttl, nil
}
