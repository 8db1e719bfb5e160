package stage

import "testing"

func TestEstimate(t *testing.T) {
	parse := func(values map[string]string) (perRun, perMonth, runs float64) {
		c, err := ParseConfig(values)
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Estimate("")
		if err != nil {
			t.Fatal(err)
		}
		return b.PerRun().USD, b.PerMonth().USD, b.RunsPerMonth
	}
	run, month, runs := parse(nil)
	if runs != 365 {
		t.Errorf("%v runs a month, want one every two hours", runs)
	}
	for _, row := range []struct {
		name            string
		values          map[string]string
		run, month, per bool // differ from the defaults
	}{
		{"no schedule", map[string]string{"scheduleEnabled": "false"}, false, true, true},
		{"every day", map[string]string{"scheduleExpression": "rate(1 day)"}, false, true, true},
		{"an existing secret", map[string]string{"apiKeySecret": "theirs"}, false, true, false},
		{"one more function", map[string]string{"functions": `[{"arn": "arn:aws:lambda:us-east-1:123456789012:function:theirs"}]`}, true, true, false},
		{"a language less", map[string]string{"exclude": "java"}, true, true, false},
		{"more memory", map[string]string{"memoryMB": "[1024]"}, true, true, false},
		{"the other architecture", map[string]string{"architecture": "x86_64"}, true, true, false},
		{"modules with more memory", map[string]string{"moduleMemoryMB": "1024"}, false, true, false},
		{"iterations", map[string]string{"iterations": "100000"}, true, true, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, m, per := parse(row.values)
			if r != run != row.run || m != month != row.month || per != runs != row.per {
				t.Errorf("a run costs %v, a month %v with %v runs; by default %v, %v and %v", r, m, per, run, month, runs)
			}
		})
	}
}
