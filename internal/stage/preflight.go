package stage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// notice is how long before AWS blocks something preflight begins to warn.
const notice = 90 * 24 * time.Hour

// Account answers what [Preflight] asks of the account that is deployed into.
type Account interface {
	// Concurrency is how many environments may run at once in the region.
	Concurrency(ctx context.Context) (int, error)
	// Exists says whether there is a function of that name.
	Exists(ctx context.Context, function string) (bool, error)
	// Secret is the value of a secret; ok is false if there is no such secret.
	Secret(ctx context.Context, name string) (value string, ok bool, err error)
}

// Preflight finds what AWS would refuse only after half of the stack is there,
// and says what to do about it. What it cannot find out, and what is going to
// happen soon, are warnings.
func Preflight(ctx context.Context, c Config, n Names, a Account, now time.Time) (warnings []string, err error) {
	p := preflight{config: c, names: n, account: a, now: now, runtimes: readLifecycles()}
	p.checkRuntimes(ctx)
	p.checkConcurrency(ctx)
	p.checkSecret(ctx)
	return p.warnings, errors.Join(p.errs...)
}

type preflight struct {
	config   Config
	names    Names
	account  Account
	now      time.Time
	runtimes lifecycles

	warnings []string
	errs     []error
}

func (p *preflight) warn(format string, args ...any) {
	p.warnings = append(p.warnings, fmt.Sprintf(format, args...))
}

func (p *preflight) refuse(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(format, args...))
}

// checkRuntimes compares the runtimes with the dates of AWS.
func (p *preflight) checkRuntimes(ctx context.Context) {
	of := map[string][]matrix.Variant{}
	var ids []string
	for _, v := range p.config.All() {
		if _, seen := of[v.Runtime]; !seen {
			ids = append(ids, v.Runtime)
		}
		of[v.Runtime] = append(of[v.Runtime], v)
	}
	slices.Sort(ids)
	for _, id := range ids {
		l, known := p.runtimes.find(id)
		switch {
		case !known:
			p.warn("runtime %s: internal/stage/runtimes.json does not know it", id)
		case !p.now.Before(l.CreateBlocked.Time):
			p.checkExisting(ctx, l, of[id])
		case p.now.Add(notice).After(l.CreateBlocked.Time):
			p.warn("runtime %s: from %v on AWS takes no new functions of it, and from %v on no changes (%s)", id, l.CreateBlocked, l.UpdateBlocked, p.asOf())
		}
		if known && !p.now.Before(l.UpdateBlocked.Time) {
			p.checkForced(l, of[id])
		}
	}
}

// checkExisting refuses a runtime that AWS takes no new functions of, unless
// all that the stage wants are there already.
func (p *preflight) checkExisting(ctx context.Context, l lifecycle, variants []matrix.Variant) {
	var missing []string
	for _, v := range variants {
		name := p.names.Physical(v.Name())
		there, err := p.account.Exists(ctx, name)
		if err != nil {
			p.warn("runtime %s: AWS takes no new functions of it since %v, and whether %s exists could not be asked: %v", l.ID, l.CreateBlocked, name, err)
			return
		}
		if !there {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		p.refuse("runtime %s: AWS takes no new functions of it since %v (%s), and %s would be new: leave it out with `pulumi config set exclude %s`, or correct internal/stage/runtimes.json if AWS has put the date off",
			l.ID, l.CreateBlocked, p.asOf(), strings.Join(missing, ", "), l.ID)
	}
}

// checkForced refuses cold starts by a change that AWS does not allow any more.
func (p *preflight) checkForced(l lifecycle, variants []matrix.Variant) {
	forced := func(v matrix.Variant) bool { return v.Function == Hello && !p.config.ScaleOut.Has(v) }
	if slices.ContainsFunc(variants, forced) {
		p.refuse("runtime %s: AWS changes no functions of it since %v (%s), so cold starts cannot be forced: take them by scale-out with `pulumi config set scaleOut %s`",
			l.ID, l.UpdateBlocked, p.asOf(), strings.Join(append(slices.Clone(p.config.ScaleOut), l.ID), ","))
	}
}

func (p *preflight) asOf() string { return fmt.Sprintf("as of %v", p.runtimes.Checked) }

// checkConcurrency compares what the stage keeps and starts at once with what
// the account may have. It goes by the limit and not by what is left of it: the
// stage's own provisioned concurrency may be a part of what is taken.
func (p *preflight) checkConcurrency(ctx context.Context) {
	limit, err := p.account.Concurrency(ctx)
	if err != nil {
		p.warn("whether the account's concurrency is enough could not be asked: %v", err)
		return
	}
	const ask = "ask AWS for more (Service Quotas, Lambda, Concurrent executions, L-B99A9384)"
	modules := len(p.config.Modules())
	provisioned := modules * p.config.ProvisionedConcurrency
	// Lambda leaves this much to functions without any of their own. With less than
	// that in all, nothing can be provisioned.
	floor := min(limit, 100)
	if provisioned > limit-floor {
		p.refuse("provisioned concurrency: %d for each of %d functions is %d, and of the account's %d Lambda gives out %d at most: `pulumi config set provisionedConcurrency %d`, or %s",
			p.config.ProvisionedConcurrency, modules, provisioned, limit, limit-floor, (limit-floor)/modules, ask)
		return
	}
	// A visit runs the runner and the function that it measures.
	if left := limit - provisioned; 2*p.config.MapConcurrency > left {
		if left < 2 {
			p.refuse("concurrency: the account has %d, and a run needs 2: %s", limit, ask)
			return
		}
		p.refuse("concurrency: %d visits at once are %d environments, and the account has %d besides provisioned concurrency: `pulumi config set mapConcurrency %d`, or %s",
			p.config.MapConcurrency, 2*p.config.MapConcurrency, left, left/2, ask)
	}
}

// checkSecret reads the secret that the stage names, if it names one.
func (p *preflight) checkSecret(ctx context.Context) {
	name := p.config.APIKeySecret
	if name == "" {
		return
	}
	value, ok, err := p.account.Secret(ctx, name)
	switch {
	case err != nil:
		p.warn("config apiKeySecret: secret %s could not be read: %v", name, err)
	case !ok:
		p.refuse("config apiKeySecret: there is no secret %s: make it, or have the stack make one with `pulumi config rm apiKeySecret`", name)
	default:
		if err := CheckAPIKey(value); err != nil {
			p.refuse("config apiKeySecret: secret %s: %w", name, err)
		}
	}
}
