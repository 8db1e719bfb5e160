package browsertest

import (
	"math"
	"testing"
)

func TestContrast(t *testing.T) {
	for _, row := range []struct {
		name, a, b string
		want       float64
	}{
		{"black and white", "#000000", "#ffffff", 21},
		{"the other way round", "#ffffff", "#000000", 21},
		{"a colour and itself", "#336699", "#336699", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Contrast(t, row.a, row.b); math.Abs(got-row.want) > 1e-9 {
				t.Errorf("contrast is %v, want %v", got, row.want)
			}
		})
	}
}
