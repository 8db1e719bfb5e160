package stage

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
)

// ExistingFunction is a function that the stack did not make but measures.
type ExistingFunction struct {
	// ARN may end in a version or an alias.
	ARN string `json:"arn"`
	// Payload is what it is invoked with.
	Payload json.RawMessage `json:"payload,omitempty"`
	// Reconfigure allows cold starts to be forced by changing one of its
	// environment variables, which is put back.
	Reconfigure bool `json:"reconfigure,omitempty"`
}

var functionARNPattern = regexp.MustCompile(`^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9_-]{1,64}(:[a-zA-Z0-9$_-]+)?$`)

func parseExisting(value string) ([]ExistingFunction, error) {
	var list []ExistingFunction
	if err := exactjson.UnmarshalKnown([]byte(value), &list); err != nil {
		return nil, fmt.Errorf(`%q is not a list such as [{"arn": "arn:aws:lambda:us-east-1:123456789012:function:mine"}]: %w`, value, err)
	}
	for i, f := range list {
		_, qualifier := f.Split()
		switch {
		case !functionARNPattern.MatchString(f.ARN):
			return nil, fmt.Errorf("arn %q is not the ARN of a function, such as arn:aws:lambda:us-east-1:123456789012:function:mine", f.ARN)
		case f.Reconfigure && qualifier != "":
			return nil, fmt.Errorf("arn %s: reconfigure changes $LATEST only: name the function without %s", f.ARN, qualifier)
		case slices.ContainsFunc(list[:i], func(g ExistingFunction) bool { return g.ARN == f.ARN }):
			return nil, fmt.Errorf("arn %s is there twice", f.ARN)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, nil
}

// Split takes the qualifier, if there is one, off the ARN.
func (f ExistingFunction) Split() (arn, qualifier string) {
	parts := strings.SplitN(f.ARN, ":", 8)
	if len(parts) < 8 {
		return f.ARN, ""
	}
	return strings.Join(parts[:7], ":"), parts[7]
}
