package report

import (
	"reflect"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
)

// cleaned is a copy of v in which every text is cleaned, whichever field it is in:
// a run's reasons, names, versions and examples come from functions, servers and
// run directories, and none of them may steer a terminal or turn a line around.
func cleaned[T any](v T) T {
	return cleanValue(reflect.ValueOf(&v).Elem()).Interface().(T)
}

// textless are the types that hold no text, and are taken as they are.
var textless = map[reflect.Type]bool{
	reflect.TypeFor[time.Time](): true, reflect.TypeFor[*latency.Histogram](): true,
}

func cleanValue(v reflect.Value) reflect.Value {
	t := v.Type()
	if textless[t] {
		return v
	}
	switch v.Kind() {
	case reflect.String:
		out := reflect.New(t).Elem()
		out.SetString(console.Clean(v.String()))
		return out
	case reflect.Struct:
		out := reflect.New(t).Elem()
		out.Set(v)
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				out.Field(i).Set(cleanValue(v.Field(i)))
			}
		}
		return out
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(t.Elem())
		out.Elem().Set(cleanValue(v.Elem()))
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(t, v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(cleanValue(v.Index(i)))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMapWithSize(t, v.Len())
		for i := v.MapRange(); i.Next(); {
			out.SetMapIndex(cleanValue(i.Key()), cleanValue(i.Value()))
		}
		return out
	}
	return v
}
