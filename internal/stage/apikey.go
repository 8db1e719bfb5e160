package stage

import (
	"errors"
	"fmt"
	"strings"
)

// CheckAPIKey says whether API Gateway would take a secret's value as a key.
// The value itself never gets into the error.
func CheckAPIKey(value string) error {
	switch {
	case strings.HasPrefix(strings.TrimSpace(value), "{"):
		return errors.New("it holds JSON: store the bare key in it")
	case strings.TrimSpace(value) != value:
		return errors.New("it begins or ends with white space: store the bare key in it")
	case len(value) < 20 || len(value) > 128:
		return fmt.Errorf("it has %d characters, and API Gateway takes keys of 20 to 128: store such a key in it", len(value))
	}
	return nil
}
