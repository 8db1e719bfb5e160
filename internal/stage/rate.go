package stage

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Rate is how often something happens, as EventBridge Scheduler writes it:
// rate(2 hours). Its other expressions are left out: what a month costs follows
// from a rate, and not from a calendar.
type Rate struct {
	// Expression is the text, Every the time between two.
	Expression string
	Every      time.Duration
}

var ratePattern = regexp.MustCompile(`^rate\(([1-9][0-9]{0,5}) (minute|hour|day)(s?)\)$`)

// ParseRate reads a rate expression.
func ParseRate(expression string) (Rate, error) {
	parts := ratePattern.FindStringSubmatch(expression)
	if parts == nil {
		return Rate{}, fmt.Errorf("%q is not a rate such as rate(2 hours), rate(90 minutes) or rate(1 day)", expression)
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil {
		return Rate{}, fmt.Errorf("%q: %w", expression, err)
	}
	if (n == 1) != (parts[3] == "") {
		return Rate{}, fmt.Errorf("%q: AWS wants the singular for 1 and the plural for all else", expression)
	}
	unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[parts[2]]
	if time.Duration(n) > 365*24*time.Hour/unit {
		return Rate{}, fmt.Errorf("%q is more than a year", expression)
	}
	return Rate{Expression: expression, Every: time.Duration(n) * unit}, nil
}
