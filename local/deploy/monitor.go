package deploy

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/stack"
)

// monitor stands where Pulumi's engine would and turns resources into a plan.
type monitor struct {
	region    string
	artifacts map[string]artifact.Artifact // by path
	// newKey is the value of an API key that the program gives none.
	newKey string

	mu      sync.Mutex
	plan    Plan
	gateway restAPIs
	buckets buckets
	errs    []error
}

func newMonitor(region string, artifacts stack.Artifacts) *monitor {
	m := &monitor{
		region:    region,
		artifacts: map[string]artifact.Artifact{},
		newKey:    newAPIKey(),
		plan:      Plan{Region: region, AccountID: AccountID},
	}
	for _, zip := range artifacts {
		m.artifacts[zip.Path] = zip
	}
	return m
}

// Call answers what the program asks of its provider.
func (m *monitor) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	answer := func(key resource.PropertyKey, value string) (resource.PropertyMap, error) {
		return resource.PropertyMap{key: resource.NewProperty(value)}, nil
	}
	switch args.Token {
	case "aws:index/getPartition:getPartition":
		return answer("partition", "aws")
	case "aws:index/getRegion:getRegion":
		return answer("name", m.region)
	case "aws:index/getCallerIdentity:getCallerIdentity":
		return answer("accountId", AccountID)
	case "aws:secretsmanager/getSecretVersion:getSecretVersion":
		return m.existingSecret(args.Args)
	}
	return nil, fmt.Errorf("function %s is not known to local: teach it to package local/deploy", args.Token)
}

// NewResource plans one resource and returns its outputs. Pulumi calls it
// concurrently.
func (m *monitor) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id, state, err := m.newResource(args)
	if err != nil {
		err = fmt.Errorf("resource %s (%s): %w", args.Name, args.TypeToken, err)
		m.errs = append(m.errs, err)
	}
	return id, state, err
}

func (m *monitor) newResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	k, ok := kinds[args.TypeToken]
	if !ok {
		return "", nil, fmt.Errorf("its type is not known to local: it knows %s", strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	}
	inputs := plain(resource.NewProperty(args.Inputs))
	if err := checkDependencies(args, inputs.(map[string]any)); err != nil {
		return "", nil, err
	}
	id, outputs, err := k.plan(m, inputs)
	if err != nil {
		return "", nil, err
	}
	state := resource.PropertyMap{}
	for _, property := range stringOutputs(k.sdk) {
		state[resource.PropertyKey(property)] = resource.NewProperty(unsupplied(args, property))
	}
	maps.Copy(state, args.Inputs)
	for property, value := range outputs {
		state[resource.PropertyKey(property)] = resource.NewProperty(value)
	}
	return id, state, nil
}

// kind is how one type of resource is planned.
type kind struct {
	// sdk is the type's struct in Pulumi's SDK, whose fields are its outputs.
	sdk reflect.Type
	// plan returns the id and the outputs that are not inputs too.
	plan func(m *monitor, inputs any) (id string, outputs outputs, err error)
}

// outputs are what AWS makes up for a resource.
type outputs map[string]string

// of makes a kind from the SDK's struct and a function that takes the inputs
// as a struct of its own. What that struct has no field for is refused.
func of[SDK, Inputs any](plan func(m *monitor, in Inputs) (string, outputs, error)) kind {
	return kind{
		sdk: reflect.TypeFor[SDK](),
		plan: func(m *monitor, inputs any) (string, outputs, error) {
			var in Inputs
			if err := decode(inputs, &in); err != nil {
				return "", nil, err
			}
			return plan(m, in)
		},
	}
}

// ignored is the type of a property that means nothing on this machine.
type ignored = json.RawMessage

// plain is a property value as encoding/json has it: archives and assets are their path,
// and secrets are as open as everything else here.
func plain(v resource.PropertyValue) any {
	return v.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		switch {
		case v.IsSecret():
			return plain(v.SecretValue().Element), true
		case v.IsArchive():
			return v.ArchiveValue().Path, true
		case v.IsAsset():
			return v.AssetValue().Path, true
		}
		return nil, false
	})
}

func decode(inputs, into any) error {
	text, err := json.Marshal(inputs)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		if property, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return fmt.Errorf("property %s is not known to local", property)
		}
		return fmt.Errorf("properties: %w", err)
	}
	return nil
}

// An output that a monitor forgets would reach the program as "", and whatever
// is made of it would be wrong without a word. So every output that local does
// not supply is a marker, which is looked for wherever outputs can end up.

const markerStart, markerEnd = "\ue000unsupplied ", "\ue001"

func unsupplied(args pulumi.MockResourceArgs, property string) string {
	return markerStart + property + " of " + args.Name + " (" + args.TypeToken + ")" + markerEnd
}

// unsuppliedIn returns the output whose marker is in the text.
func unsuppliedIn(text string) (output string, ok bool) {
	_, rest, ok := strings.Cut(text, markerStart)
	if !ok {
		return "", false
	}
	output, _, _ = strings.Cut(rest, markerEnd)
	return output, true
}

var stringOutput, stringPtrOutput = reflect.TypeFor[pulumi.StringOutput](), reflect.TypeFor[pulumi.StringPtrOutput]()

// stringOutputs are the properties of an SDK's resource that can end up in text.
func stringOutputs(sdk reflect.Type) []string {
	var properties []string
	for _, field := range reflect.VisibleFields(sdk) {
		if field.Type == stringOutput || field.Type == stringPtrOutput {
			if property := field.Tag.Get("pulumi"); property != "" {
				properties = append(properties, property)
			}
		}
	}
	return properties
}

// checkDependencies refuses inputs made from outputs that local lacks: markers
// in them, and what is empty though it comes from another resource.
func checkDependencies(args pulumi.MockResourceArgs, inputs map[string]any) error {
	for _, property := range slices.Sorted(maps.Keys(inputs)) {
		if output, ok := firstMarker(inputs[property]); ok {
			return fmt.Errorf("property %s uses %s, which local does not supply", property, output)
		}
	}
	dependencies := args.RegisterRPC.GetPropertyDependencies()
	for _, property := range slices.Sorted(maps.Keys(dependencies)) {
		if urns := dependencies[property].GetUrns(); len(urns) > 0 && hasEmpty(inputs[property]) {
			return fmt.Errorf("property %s is empty, though it comes from %s", property, resource.URN(urns[0]).Name())
		}
	}
	return nil
}

func firstMarker(value any) (output string, ok bool) {
	switch v := value.(type) {
	case string:
		return unsuppliedIn(v)
	case []any:
		for _, element := range v {
			if output, ok = firstMarker(element); ok {
				return output, true
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if output, ok = firstMarker(v[key]); ok {
				return output, true
			}
		}
	}
	return "", false
}

func hasEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0 || slices.ContainsFunc(v, hasEmpty)
	case map[string]any:
		return len(v) == 0 || slices.ContainsFunc(slices.Collect(maps.Values(v)), hasEmpty)
	}
	return false
}
