package awsapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
)

// unknownMemberError is a member of a request that this machine does not honour.
// It is refused, because a caller would not notice that it was ignored.
type unknownMemberError struct{ name string }

func (e *unknownMemberError) Error() string {
	return e.name + " is not part of the local platform"
}

// decode reads a request's body. The error is an *[unknownMemberError] for a member
// that into has no field for, by the letter: encoding/json would take name for Name.
// A member that is null is as good as left out.
func decode(body []byte, into any) error {
	var members map[string]json.RawMessage
	if err := exactjson.Unmarshal(body, &members); err != nil {
		return err
	}
	known := membersOf(reflect.TypeOf(into).Elem())
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if slices.Contains(known, name) {
			continue
		}
		if string(members[name]) != "null" {
			return &unknownMemberError{name}
		}
		delete(members, name)
	}
	rest, err := exactjson.Marshal(members)
	if err != nil {
		return err
	}
	err = exactjson.UnmarshalKnown(rest, into)
	if name, ok := unknownField(err); ok { // of an object inside
		return &unknownMemberError{name}
	}
	return err
}

// membersOf are the names of a struct's members on the wire.
func membersOf(t reflect.Type) []string {
	var names []string
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			name = field.Name
		}
		names = append(names, name)
	}
	return names
}

// unknownField is the name in the error that encoding/json has no type for.
func unknownField(err error) (name string, ok bool) {
	if err == nil {
		return "", false
	}
	_, err = fmt.Sscanf(err.Error(), "json: unknown field %q", &name)
	return name, err == nil
}
