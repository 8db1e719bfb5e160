package stack

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// recorder is a resource monitor that notes what is registered and answers
// with inputs and made-up ARNs and ids.
type recorder struct {
	// secrets are the values of those that exist already, by name.
	secrets map[string]string

	mu        sync.Mutex
	resources []recorded
}

// existingARN is the function that exists already.
const existingARN = "arn:aws:lambda:us-east-1:123456789012:function:theirs"

type recorded struct {
	typ, name     string
	inputs        map[string]any
	after         []string // resources that it depends on, type and name
	ignoreChanges []string
}

func (r *recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	switch args.Token {
	case "aws:index/getRegion:getRegion":
		return resource.PropertyMap{"name": resource.NewProperty("us-east-1")}, nil
	case "aws:index/getPartition:getPartition":
		return resource.PropertyMap{"partition": resource.NewProperty("aws")}, nil
	case "aws:index/getCallerIdentity:getCallerIdentity":
		return resource.PropertyMap{"accountId": resource.NewProperty("123456789012")}, nil
	case "aws:secretsmanager/getSecretVersion:getSecretVersion":
		return resource.PropertyMap{"secretString": resource.NewProperty(r.secrets[args.Args["secretId"].StringValue()])}, nil
	case "aws:lambda/getFunction:getFunction":
		return resource.PropertyMap{
			"functionName": args.Args["functionName"], "runtime": resource.NewProperty("nodejs20.x"), "memorySize": resource.NewProperty(256.0),
			"architectures": resource.NewProperty([]resource.PropertyValue{resource.NewProperty("x86_64")}),
		}, nil
	}
	return nil, fmt.Errorf("function %s is not expected", args.Token)
}

func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	rpc := args.RegisterRPC
	for property, deps := range rpc.GetPropertyDependencies() {
		value := args.Inputs[resource.PropertyKey(property)]
		if len(deps.GetUrns()) > 0 && (value.IsNull() || value.IsString() && value.StringValue() == "") {
			return "", nil, fmt.Errorf("%s %s: %s is empty, though it comes from another resource", args.TypeToken, args.Name, property)
		}
	}
	note := recorded{typ: args.TypeToken, name: args.Name, inputs: args.Inputs.Mappable(), ignoreChanges: rpc.GetIgnoreChanges()}
	for _, dep := range rpc.GetDependencies() {
		urn := resource.URN(dep)
		note.after = append(note.after, short(string(urn.Type()))+" "+urn.Name())
	}
	slices.Sort(note.after)
	r.mu.Lock()
	r.resources = append(r.resources, note)
	r.mu.Unlock()

	state := args.Inputs.Copy()
	name := args.Name
	if v, ok := args.Inputs["name"]; ok {
		name = v.StringValue()
	}
	if args.TypeToken == "aws:s3/bucketV2:BucketV2" {
		name = args.Inputs["bucket"].StringValue()
	}
	if v, ok := args.Inputs["functionName"]; ok {
		name = v.StringValue() + ":" + name
	}
	arn := fmt.Sprintf("arn:aws:%s:us-east-1:123456789012:%s", short(args.TypeToken), name)
	for property, value := range map[resource.PropertyKey]string{
		"arn": arn, "invokeArn": "invoke-" + arn, "executionArn": arn, "rootResourceId": "root-of-" + name,
		"invokeUrl": "https://api.example/" + name, "version": "1", "bucketRegionalDomainName": args.Name + ".s3.example",
	} {
		state[property] = resource.NewProperty(value)
	}
	return args.Name + "-id", state, nil
}

// short is lambda/Function for aws:lambda/function:Function.
func short(typ string) string {
	module, name, _ := strings.Cut(strings.TrimPrefix(typ, "aws:"), ":")
	module, _, _ = strings.Cut(module, "/")
	return module + "/" + name
}

// sorted returns what was registered, by type and name.
func (r *recorder) sorted() []recorded {
	slices.SortFunc(r.resources, func(a, b recorded) int {
		return strings.Compare(a.typ+" "+a.name, b.typ+" "+b.name)
	})
	return r.resources
}

// define runs Define under a recorder, with an artefact for every variant.
func define(t *testing.T, name string, values map[string]string) ([]recorded, Outputs) {
	t.Helper()
	c, err := stage.ParseConfig(values)
	if err != nil {
		t.Fatal(err)
	}
	return defineArtifacts(t, name, c, zips(c.All()))
}

func defineArtifacts(t *testing.T, name string, c stage.Config, artifacts Artifacts) ([]recorded, Outputs) {
	t.Helper()
	r := recorder{secrets: map[string]string{"theirs": "01234567890123456789"}}
	var outputs Outputs
	err := pulumi.RunErr(func(ctx *pulumi.Context) (err error) {
		outputs, err = Define(ctx, c, artifacts)
		return err
	}, pulumi.WithMocks("lambda-benchmark", name, &r))
	if err != nil {
		t.Fatal(err)
	}
	return r.sorted(), outputs
}

// value is an output of a stack that has been defined.
func value(t *testing.T, o DeployedOutput) (s deployed.Stack) {
	t.Helper()
	done := make(chan struct{})
	o.ApplyT(func(v deployed.Stack) deployed.Stack {
		defer close(done)
		s = v
		return v
	})
	<-done
	return s
}

// zips names an artefact for each variant.
func zips(variants []matrix.Variant) Artifacts {
	artifacts := Artifacts{}
	for _, v := range variants {
		path := fmt.Sprintf("%s-%s-%s.zip", v.Function, v.Language, v.Architecture)
		artifacts[v] = artifact.Artifact{Path: path, SHA256: "hash of " + path}
	}
	return artifacts
}
