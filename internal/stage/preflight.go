package stage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
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
	p := preflight{config: c, names: n, account: a, now: now, runtimes: lifecycle.Read()}
	p.checkRuntimes(ctx)
	p.checkConcurrency(ctx)
	p.checkSecret(ctx)
	if len(p.commands) > 0 {
		p.refuse("these commands make the stage fit, without asking AWS:\n  %s", strings.Join(p.commands, "\n  "))
	}
	return p.warnings, errors.Join(p.errs...)
}

type preflight struct {
	config   Config
	names    Names
	account  Account
	now      time.Time
	runtimes lifecycle.Table

	warnings []string
	errs     []error
	// commands are what the user can do about the errors.
	commands []string
}

func (p *preflight) warn(format string, args ...any) {
	p.warnings = append(p.warnings, fmt.Sprintf(format, args...))
}

func (p *preflight) refuse(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(format, args...))
}

// set adds the command that sets a key of the stage.
func (p *preflight) set(key, value string) {
	p.commands = append(p.commands, fmt.Sprintf("pulumi config set %s %s", key, value))
}

// with is a selection with further words.
func with(s matrix.Selection, words []string) string {
	return strings.Join(slices.Concat(s, words), ",")
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
	var blocked, unforced []string
	for _, id := range ids {
		l, known := p.runtimes.Find(id)
		switch {
		case !known:
			p.warn("runtime %s: %s does not know it", id, lifecycle.File)
		case l.CreateBlocked.Begun(p.now):
			if !p.allExist(ctx, l, of[id]) {
				blocked = append(blocked, id)
				continue
			}
		case p.now.Add(notice).After(l.CreateBlocked.Time):
			p.warn("runtime %s: from %v on AWS takes no new functions of it, and from %v on no changes (%s)", id, l.CreateBlocked, l.UpdateBlocked, p.asOf())
		}
		switch {
		case !known || !l.UpdateBlocked.Begun(p.now):
		case slices.ContainsFunc(of[id], func(v matrix.Variant) bool { return v.SnapStart }):
			p.refuse("runtime %s: AWS changes no functions of it since %v (%s), so no version with SnapStart can be published: leave the runtime or snapstart out",
				id, l.UpdateBlocked, p.asOf())
			blocked = append(blocked, id)
		case !p.scaledOut(l, of[id]):
			unforced = append(unforced, id)
		}
	}
	if len(blocked) > 0 {
		p.set("exclude", with(p.config.Exclude, blocked))
	}
	if len(unforced) > 0 {
		p.set("scaleOut", with(p.config.ScaleOut, unforced))
	}
}

// allExist refuses a runtime that AWS takes no new functions of, unless all that
// the stage wants are there already.
func (p *preflight) allExist(ctx context.Context, l lifecycle.Runtime, variants []matrix.Variant) bool {
	var missing []string
	for _, v := range variants {
		name := p.names.Physical(v.Name())
		there, err := p.account.Exists(ctx, name)
		if err != nil {
			p.warn("runtime %s: AWS takes no new functions of it since %v, and whether %s exists could not be asked: %v", l.ID, l.CreateBlocked, name, err)
			return true
		}
		if !there {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		p.refuse("runtime %s: AWS takes no new functions of it since %v (%s), and %s would be new: leave it out, or correct %s if AWS has put the date off",
			l.ID, l.CreateBlocked, p.asOf(), strings.Join(missing, ", "), lifecycle.File)
	}
	return len(missing) == 0
}

// scaledOut refuses cold starts by a change that AWS does not allow any more.
func (p *preflight) scaledOut(l lifecycle.Runtime, variants []matrix.Variant) bool {
	forced := func(v matrix.Variant) bool { return v.Function == Hello && !p.config.ScaleOut.Has(v) }
	if !slices.ContainsFunc(variants, forced) {
		return true
	}
	p.refuse("runtime %s: AWS changes no functions of it since %v (%s), so cold starts cannot be forced: take them by scale-out",
		l.ID, l.UpdateBlocked, p.asOf())
	return false
}

func (p *preflight) asOf() string { return fmt.Sprintf("as of %v", p.runtimes.Checked) }

// unreserved is how much of an account's concurrency Lambda leaves to functions
// without any of their own. In an account with no more than that nothing can be
// provisioned.
const unreserved = 100

const askForMore = "ask AWS for more (Service Quotas, Lambda, Concurrent executions, L-B99A9384)"

// checkConcurrency compares what the stage keeps and starts at once with what
// the account may have. It goes by the limit and not by what is left of it: the
// stage's own provisioned concurrency may be a part of what is taken.
func (p *preflight) checkConcurrency(ctx context.Context) {
	limit, err := p.account.Concurrency(ctx)
	if err != nil {
		p.warn("whether the account's concurrency is enough could not be asked: %v", err)
		return
	}
	modules := len(p.config.Modules())
	most := limit - min(limit, unreserved)
	// Reserved concurrency holds the provisioned environments too.
	each := max(p.config.ProvisionedConcurrency, p.config.ModuleReservedConcurrency)
	if each*modules > most {
		p.refuse("provisioned and reserved concurrency: %d for each of %d functions is %d, and of the account's %d Lambda gives out %d at most: %s",
			each, modules, each*modules, limit, most, askForMore)
		each = most / modules
		if p.config.ProvisionedConcurrency > each {
			p.set("provisionedConcurrency", strconv.Itoa(each))
		}
		if p.config.ModuleReservedConcurrency > each {
			p.set(keyReserved, strconv.Itoa(each))
		}
	}
	left, visits := limit-each*modules, p.config.MapConcurrency
	for visits > 0 && p.config.environments(visits) > left {
		visits--
	}
	switch least := p.config.environments(1); {
	case visits == p.config.MapConcurrency:
	case left < 2:
		p.refuse("concurrency: the account has %d, and a run needs 2: %s", limit, askForMore)
	case visits == 0:
		p.refuse("concurrency: a visit of a function with SnapStart has %d environments at once, and the account has %d besides what the module functions keep: %s", least, left, askForMore)
		p.set("exclude", with(p.config.Exclude, []string{matrix.SnapStart}))
	default:
		p.refuse("concurrency: %d visits at once are %d environments, and the account has %d besides what the module functions keep: %s",
			p.config.MapConcurrency, p.config.environments(p.config.MapConcurrency), left, askForMore)
		p.set("mapConcurrency", strconv.Itoa(visits))
	}
}

// environments is how many execution environments so many visits have at once: one of the
// runner each, and one of the function that it measures. A visit of a function with
// SnapStart holds all those busy that earlier cold starts of the run have made.
func (c Config) environments(visits int) int {
	restored := 0
	for _, v := range c.Benchmarked() {
		if v.SnapStart {
			restored++
		}
	}
	restored = min(restored, visits)
	return 2*(visits-restored) + restored*(1+max(1, len(bench.Workloads())*c.Cold))
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
