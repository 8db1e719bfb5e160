package commandline

import "testing"

func TestMargin(t *testing.T) {
	for _, row := range []struct {
		text      string
		ms, share float64
		ok        bool
	}{
		{"5ms", 5, 0, true}, {"1.5s", 1500, 0, true}, {"0", 0, 0, true}, {"5%", 0, 0.05, true}, {"0.5 %", 0, 0.005, true},
		{"5", 0, 0, false}, {"%", 0, 0, false}, {"-5ms", 0, 0, false}, {"-5%", 0, 0, false}, {"NaN%", 0, 0, false}, {"", 0, 0, false},
	} {
		t.Run(row.text, func(t *testing.T) {
			var m Margin
			err := m.Set(row.text)
			if (err == nil) != row.ok {
				t.Fatalf("the error is %v", err)
			}
			if o := m.Options(); row.ok && (o.MarginAbs != row.ms || o.MarginRel != row.share || m.String() != row.text) {
				t.Errorf("the options are %+v", o)
			}
		})
	}
}
