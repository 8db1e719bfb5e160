package awsapi

import (
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

// configurationJSON is Lambda's FunctionConfiguration. Members that a function
// of this machine cannot have (layers, a VPC, ...) are left out, as AWS does.
type configurationJSON struct {
	FunctionName     string
	FunctionArn      string
	Runtime          string
	Role             string
	Handler          string
	CodeSize         int64
	Description      string
	Timeout          int
	MemorySize       int
	LastModified     string
	CodeSha256       string
	Version          string
	Environment      *environmentJSON `json:",omitempty"`
	TracingConfig    tracingJSON
	RevisionId       string
	State            string
	LastUpdateStatus string
	PackageType      string
	Architectures    []string
	EphemeralStorage ephemeralStorageJSON
	SnapStart        snapStartJSON
	LoggingConfig    loggingJSON
}

type (
	environmentJSON      struct{ Variables map[string]string }
	tracingJSON          struct{ Mode string }
	ephemeralStorageJSON struct{ Size int }
	snapStartJSON        struct{ ApplyOn, OptimizationStatus string }
	loggingJSON          struct{ LogFormat, LogGroup string }
	concurrencyJSON      struct{ ReservedConcurrentExecutions int }
)

type getFunctionOutput struct {
	Configuration configurationJSON
	Code          map[string]string
	Concurrency   *concurrencyJSON `json:",omitempty"`
}

type listFunctionsOutput struct {
	Functions  []configurationJSON
	NextMarker *string
}

type accountSettingsOutput struct {
	AccountLimit accountLimitJSON
	AccountUsage struct{ TotalCodeSize, FunctionCount int64 }
}

type accountLimitJSON struct {
	TotalCodeSize, CodeSizeUnzipped, CodeSizeZipped      int64
	ConcurrentExecutions, UnreservedConcurrentExecutions int
}

// timeFormat is how Lambda writes a time, which is always UTC.
const timeFormat = "2006-01-02T15:04:05.000+0000"

func configurationOf(c lambda.Configuration) configurationJSON {
	out := configurationJSON{
		FunctionName: c.Name, FunctionArn: c.ARN, Version: c.Version,
		Runtime: c.Runtime, Role: c.RoleARN, Handler: c.Handler, Description: c.Description,
		CodeSize: c.CodeSize, CodeSha256: codeSHA256(c.CodeSHA256), PackageType: "Zip",
		Timeout: int(c.Timeout / time.Second), MemorySize: c.MemoryMB,
		LastModified: c.LastModified.UTC().Format(timeFormat), RevisionId: c.RevisionID,
		State: c.State, LastUpdateStatus: c.LastUpdateStatus,
		Architectures:    []string{string(c.Architecture)},
		TracingConfig:    tracingJSON{Mode: "PassThrough"},
		EphemeralStorage: ephemeralStorageJSON{Size: 512},
		SnapStart:        snapStartJSON{ApplyOn: "None", OptimizationStatus: "Off"},
		LoggingConfig:    loggingJSON{LogFormat: "Text", LogGroup: c.LogGroup},
	}
	if c.Tracing {
		out.TracingConfig.Mode = "Active"
	}
	if len(c.Variables) > 0 {
		out.Environment = &environmentJSON{Variables: c.Variables}
	}
	return out
}

// codeSHA256 is a zip's hash as AWS writes it: base64, where ours is hexadecimal.
func codeSHA256(hexadecimal string) string {
	sum, err := hex.DecodeString(hexadecimal)
	if err != nil {
		return hexadecimal
	}
	return base64.StdEncoding.EncodeToString(sum)
}
