package gateway

import (
	"cmp"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// UsagePlan limits what the holder of an API key may ask for.
type UsagePlan struct {
	// Rate is requests per second, Burst the size of the token bucket; zero means no limit.
	Rate, Burst float64
	// Quota is requests per period; zero means no quota.
	Quota int
	// Period is DAY, WEEK or MONTH; empty means DAY.
	Period string
}

// usage is what has been asked for with each key.
type usage struct {
	plan UsagePlan
	keys map[string]*keyUsage // by the key's value
}

type keyUsage struct {
	id       string
	throttle *rate.Limiter // nil without a limit

	mu     sync.Mutex
	period time.Time // when the current one began
	count  int
}

func newUsage(keys map[string]string, plan UsagePlan) *usage {
	u := &usage{plan: plan, keys: map[string]*keyUsage{}}
	for value, id := range keys {
		k := &keyUsage{id: id}
		if plan.Rate > 0 {
			k.throttle = bucket(plan.Rate, cmp.Or(plan.Burst, plan.Rate))
		}
		u.keys[value] = k
	}
	return u
}

// admit checks the request's key and counts the request, or returns the refusal.
func (u *usage) admit(x *exchange) *refusal {
	value := x.request.Header.Get("X-Api-Key")
	key, ok := u.keys[value]
	if !ok || value == "" {
		return forbidden
	}
	x.apiKey, x.apiKeyID = value, key.id
	if key.throttle != nil && !key.throttle.Allow() {
		return throttled
	}
	if u.plan.Quota > 0 && !key.take(periodStart(x.start, u.plan.Period), u.plan.Quota) {
		return quotaExceeded
	}
	return nil
}

// take counts one request of a period, if the quota has one left.
func (k *keyUsage) take(period time.Time, quota int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.period.Equal(period) {
		k.period, k.count = period, 0
	}
	if k.count >= quota {
		return false
	}
	k.count++
	return true
}

// periodStart is when the period of a moment began, in UTC; weeks begin on Sunday.
func periodStart(t time.Time, period string) time.Time {
	year, month, day := t.UTC().Date()
	switch period {
	case "WEEK":
		day -= int(t.UTC().Weekday())
	case "MONTH":
		day = 1
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
