package dynamo_test

import (
	"iter"
	"testing"
)

// collect reads everything and wants no error.
func collect[T any](t *testing.T, all iter.Seq2[T, error]) (found []T) {
	t.Helper()
	for v, err := range all {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, v)
	}
	return found
}

// last is the error that reading ends with.
func last[T any](all iter.Seq2[T, error]) (err error) {
	for _, err = range all {
	}
	return err
}
