package differential

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// generator draws state machines from a seed, in the language that both
// interpreters speak alike: what it leaves out is in the list of deviations.
type generator struct {
	*rand.Rand
	tasks  map[string][]answer
	waits  []string
	states int // so far, of all machines: makes their names unique
	racing bool
}

// object is a piece of a definition or of an input.
type object = map[string]any

// surroundings are where a machine stands.
type surroundings struct {
	depth int
	// safe machines cannot fail: of what runs side by side at most one machine may,
	// or the first failure would be chance.
	safe bool
	// child says that the machine is run by a distributed map: its context object is
	// an execution's of its own on AWS, and the parent's in the reference.
	child bool
}

// generate draws an execution.
func generate(seed uint64) execution {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0)), tasks: map[string][]answer{}}
	definition := g.machine(surroundings{})
	text, err := json.MarshalIndent(definition, "", " ")
	if err != nil {
		panic(err) // it is made of maps, lists, strings and numbers
	}
	return execution{
		Name:       fmt.Sprintf("seed %d", seed),
		Definition: text, Input: g.input(), Tasks: g.tasks, Waits: g.waits, Context: identity, Racing: g.racing,
	}
}

// input has one field or more of each kind. The states of a machine add to it
// and replace nothing, so that the paths of later ones lead somewhere.
func (g *generator) input() object {
	words := []string{"alpha", "beta", "gamma", "a-b", "x1"}
	list := make([]any, 1+g.IntN(4))
	records := make([]any, 1+g.IntN(3))
	for i := range list {
		list[i] = g.IntN(5)
	}
	for i := range records {
		records[i] = object{"id": fmt.Sprintf("r%d", i), "n": g.IntN(9)}
	}
	return object{
		"n": g.IntN(7) - 2, "m": 1 + g.IntN(4), "fraction": float64(g.IntN(9)) + 0.5, "zero": 0, "negative": -1,
		"s": pick(g, words), "t": pick(g, words), "yes": true, "no": false, "nothing": nil,
		"o": object{"k": pick(g, words), "n": g.IntN(9)}, "list": list, "records": records,
	}
}

func pick[T any](g *generator, of []T) T { return of[g.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// machine draws a chain of states with branches that lead forward in it.
func (g *generator) machine(at surroundings) object {
	names := make([]string, 1+g.IntN(5-at.depth))
	for i := range names {
		g.states++
		names[i] = fmt.Sprintf("S%d", g.states)
	}
	machine := object{}
	for i, name := range names {
		machine[name] = g.state(name, names[i+1:], at)
	}
	return object{"StartAt": names[0], "States": machine}
}

// state draws a state from which the first of later, if there is one, can be reached.
func (g *generator) state(name string, later []string, at surroundings) object {
	kinds := []string{"Pass", "Pass", "Wait", "Task", "Task", "Task"}
	if at.depth < 2 {
		kinds = append(kinds, "Map", "Map")
	}
	if len(later) > 0 {
		kinds = append(kinds, "Choice", "Choice")
	} else {
		kinds = append(kinds, "Succeed")
		if !at.safe {
			kinds = append(kinds, "Fail")
		}
	}
	s := object{"Type": pick(g, kinds)}
	switch s["Type"] {
	case "Choice":
		g.choice(s, later, at)
		return s
	case "Succeed":
		g.outputPath(s)
		return s
	case "Fail":
		g.fail(s)
		return s
	case "Pass":
		g.pass(s, at)
	case "Wait":
		g.wait(s, name, at)
	case "Task":
		g.task(s, name, at)
	case "Map":
		g.mapState(s, at)
	}
	if s["Type"] != "Wait" {
		s["ResultPath"] = "$.of" + name
		if g.chance(10) {
			s["ResultPath"] = nil
		}
	}
	if (s["Type"] == "Map" || s["Type"] == "Task") && len(later) > 0 && g.chance(50) {
		s["Catch"] = g.catchers(later)
	}
	if len(later) > 0 {
		s["Next"] = later[0]
		return s
	}
	s["End"] = true
	g.outputPath(s)
	return s
}

// outputPath belongs into last states only: it takes away what others look for.
func (g *generator) outputPath(s object) {
	switch g.IntN(6) {
	case 0:
		s["OutputPath"] = "$.o"
	case 1:
		s["OutputPath"] = "$.list[0]"
	case 2:
		s["OutputPath"] = nil
	}
}

func (g *generator) fail(s object) {
	s["Error"], s["Cause"] = "Gone", "told to"
	switch g.IntN(4) {
	case 0:
		delete(s, "Error")
		s["ErrorPath"] = "$.s"
	case 1:
		delete(s, "Cause")
		s["CausePath"] = "$.t"
	case 2:
		delete(s, "Error")
		s["ErrorPath"] = pick(g, []string{"$.n", "$.missing"})
	}
}

func (g *generator) pass(s object, at surroundings) {
	switch g.IntN(4) {
	case 0:
		s["Result"] = pick(g, []any{1, "word", object{"deep": object{"x": nil}}, []any{1, object{}}, true})
	case 1:
		s["Parameters"] = g.template(at)
	case 2:
		s["InputPath"] = pick(g, []string{"$", "$.o", "$.list[0]", "$.records[0].id", "$['o']['k']"})
		if !at.safe && g.chance(10) {
			s["InputPath"] = "$.missing"
		}
	}
}

func (g *generator) wait(s object, name string, at surroundings) {
	if g.chance(50) {
		s["Seconds"] = 1 + g.IntN(100)
		g.waits = append(g.waits, name)
		return
	}
	s["SecondsPath"] = "$.zero"
	if !at.safe && g.chance(20) {
		s["SecondsPath"] = pick(g, []string{"$.fraction", "$.negative", "$.s", "$.missing"})
	}
}

// Errors of tasks.
const (
	busy   = "Busy"
	broken = "Broken"
)

func (g *generator) task(s object, name string, at surroundings) {
	s["Resource"] = "arn:aws:states:::lambda:invoke"
	s["Parameters"] = object{"FunctionName": name, "Payload": g.template(at)}
	var answers []answer
	for range g.IntN(4) {
		if at.safe {
			break
		}
		answers = append(answers, answer{Error: pick(g, []string{busy, broken}), Cause: "no " + name})
	}
	if at.safe || g.chance(75) {
		answers = append(answers, answer{Result: object{"v": g.IntN(9), "w": "of " + name, "list": []any{1, 2}}})
	}
	if len(answers) == 0 {
		answers = []answer{{Error: broken, Cause: "always"}}
	}
	g.tasks[name] = answers
	if g.chance(40) {
		selector := object{"v.$": "$.v", "length.$": "States.ArrayLength($.list)", "by": "selector"}
		if !at.child {
			selector["machine.$"] = "$$.StateMachine.Name"
		}
		s["ResultSelector"] = selector
	}
	if g.chance(60) {
		s["Retry"] = g.retriers()
	}
	if g.chance(30) {
		s["TimeoutSeconds"] = 1 + g.IntN(60)
	}
}

func (g *generator) retriers() []any {
	var all []any
	for range 1 + g.IntN(2) {
		r := object{"ErrorEquals": pick(g, [][]string{{busy}, {broken}, {broken, busy}, {"Other"}, {"States.TaskFailed"}})}
		if g.chance(60) {
			r["MaxAttempts"] = g.IntN(4)
		}
		if g.chance(50) {
			r["IntervalSeconds"], r["MaxDelaySeconds"] = 1+g.IntN(3), 4+g.IntN(9)
		}
		if g.chance(50) {
			r["BackoffRate"], r["JitterStrategy"] = 1+g.Float64(), pick(g, []string{"FULL", "NONE"})
		}
		all = append(all, r)
	}
	if g.chance(30) {
		all = append(all, object{"ErrorEquals": []string{"States.ALL"}, "MaxAttempts": 1 + g.IntN(2)})
	}
	return all
}

func (g *generator) catchers(later []string) []any {
	var all []any
	for _, names := range [][]string{{busy}, {broken, "Gone"}, {"States.TaskFailed"}, {"States.NoChoiceMatched"}, {"States.ALL"}} {
		if g.chance(40) {
			all = append(all, object{"ErrorEquals": names, "Next": pick(g, later), "ResultPath": pick(g, []any{"$.caught", "$.o.caught", nil})})
		}
	}
	if all == nil {
		return []any{object{"ErrorEquals": []string{"States.ALL"}, "Next": later[0], "ResultPath": "$.caught"}}
	}
	return all
}

func (g *generator) mapState(s object, at surroundings) {
	inner := surroundings{depth: at.depth + 1, safe: at.safe || g.chance(40), child: at.child}
	config := object{"Mode": "INLINE"}
	if inner.safe && g.chance(40) {
		// A child that fails is counted on AWS, and ends the map in the reference.
		inner.child = true
		config = object{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
	}
	g.racing = g.racing || !inner.safe
	processor := g.machine(inner)
	processor["ProcessorConfig"] = config
	s["ItemProcessor"] = processor
	s["ItemsPath"] = pick(g, []string{"$.list", "$.records"})
	selector := object{"index.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value"}
	for _, name := range slices.Sorted(keysOf(g.input())) {
		selector[name+".$"] = "$." + name
	}
	selector["n.$"] = "$$.Map.Item.Index"
	s["ItemSelector"] = selector
	switch {
	case !inner.safe: // or the first failure would be chance, and whose call a script's answer is for
		s["MaxConcurrency"] = 1
	case g.chance(30):
		s["MaxConcurrencyPath"] = "$.m"
	case g.chance(50):
		s["MaxConcurrency"] = g.IntN(4)
	}
}

func keysOf(o object) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range o {
			if !yield(k) {
				return
			}
		}
	}
}

// template draws a payload template.
func (g *generator) template(at surroundings) object {
	t := object{}
	for i := range 1 + g.IntN(4) {
		name := fmt.Sprintf("f%d", i)
		switch g.IntN(6) {
		case 0:
			t[name] = pick(g, []any{nil, 1.5, "$.s", "States.UUID()", []any{object{"x.$": "$.n"}}, false})
		case 1:
			t[name] = object{"inner.$": g.path(at), "list": []any{1, object{"deep.$": g.path(at)}}}
		case 2, 3:
			t[name+".$"] = g.path(at)
		default:
			expression := pick(g, []func(int) string{g.text, g.number, g.list, g.truth, g.whole})(0)
			if !strings.HasPrefix(expression, "$") && !strings.HasPrefix(expression, "States.") {
				expression = "States.Format('{}', " + expression + ")" // a literal is an argument, and no more
			}
			t[name+".$"] = expression
		}
	}
	return t
}

func (g *generator) path(at surroundings) string {
	if !at.safe && g.chance(2) {
		return pick(g, []string{"$.missing", "$.o.missing.deeper", "$.list[99]", "$.s.k"})
	}
	paths := []string{"$", "$.n", "$.s", "$.nothing", "$.yes", "$.o", "$.o.k", "$['o']['n']", "$.list", "$.list[0]", "$.records[0].id", "$.records", "$.records[0]['id']"}
	if !at.child {
		paths = append(paths, "$$.Execution.Name", "$$.Execution.Id", "$$.StateMachine.Id")
	}
	if at.depth == 0 {
		paths = append(paths, "$$.Execution.Input.s", "$$.Execution.Input.list")
	}
	return pick(g, paths)
}

// text, number, list, truth and whole draw expressions of their kind.
func (g *generator) text(depth int) string {
	if depth > 2 {
		return pick(g, []string{"$.s", "$.o.k", "'word'", "'two words'", "''"})
	}
	switch g.IntN(4) {
	case 0, 1:
		return fmt.Sprintf("States.Format('{} and {}', %s, %s)", g.text(depth+1), g.scalar(depth+1))
	case 2:
		return fmt.Sprintf("States.JsonToString(%s)", g.number(depth+1))
	}
	return g.text(3)
}

func (g *generator) scalar(depth int) string {
	return pick(g, []func(int) string{g.text, g.number, g.truth, func(int) string { return "null" }, func(int) string { return "$.fraction" }})(depth)
}

func (g *generator) number(depth int) string {
	if depth > 2 {
		return pick(g, []string{"$.n", "$.m", "7", "-3", "$.list[0]"})
	}
	switch g.IntN(3) {
	case 0:
		return fmt.Sprintf("States.MathAdd(%s, %s)", g.number(depth+1), g.number(depth+1))
	case 1:
		return fmt.Sprintf("States.ArrayLength(%s)", g.list(depth+1))
	}
	return g.number(3)
}

func (g *generator) list(depth int) string {
	if depth > 2 || g.chance(50) {
		return pick(g, []string{"$.list", "$.records"})
	}
	return fmt.Sprintf("States.ArrayRange(%d, %d, %d)", g.IntN(4), 4+g.IntN(9), 1+g.IntN(3))
}

func (g *generator) truth(int) string { return pick(g, []string{"$.yes", "$.no", "true", "false"}) }

func (g *generator) whole(int) string {
	return pick(g, []string{`States.JsonMerge(States.StringToJson('{"k":0,"new":[1]}'), $.o, false)`, `States.StringToJson('[1,"x",null]')`})
}

// choice draws rules, one of which, or the default, leads to the next state.
func (g *generator) choice(s object, later []string, at surroundings) {
	var rules []any
	for range 1 + g.IntN(3) {
		rule := g.condition(at, 0)
		rule["Next"] = pick(g, later)
		rules = append(rules, rule)
	}
	s["Choices"] = rules
	if at.safe || g.chance(85) {
		s["Default"] = later[0]
		return
	}
	rules[0].(object)["Next"] = later[0]
}

func (g *generator) condition(at surroundings, depth int) object {
	if depth < 2 && g.chance(25) {
		switch g.IntN(3) {
		case 0:
			return object{"Not": g.condition(at, depth+1)}
		case 1:
			return object{"And": []any{g.condition(at, depth+1), g.condition(at, depth+1)}}
		}
		return object{"Or": []any{g.condition(at, depth+1), g.condition(at, depth+1)}}
	}
	compare := pick(g, []string{"Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"})
	c := object{}
	switch g.IntN(6) {
	case 0:
		c["Variable"], c["StringEquals"] = pick(g, []string{"$.s", "$.o.k"}), pick(g, []string{"alpha", "beta", "b"})
	case 1:
		c["Variable"], c["StringEqualsPath"] = "$.s", pick(g, []string{"$.t", "$.o.k"})
	case 2:
		c["Variable"], c["Numeric"+compare] = pick(g, []string{"$.n", "$.fraction", "$.o.n"}), g.IntN(7)-1
	case 3:
		c["Variable"], c["Numeric"+compare+"Path"] = "$.n", pick(g, []string{"$.m", "$.o.n"})
	case 4:
		// Equality holds for nothing of another kind.
		c["Variable"] = pick(g, []string{"$.yes", "$.no", "$.n", "$.s", "$.nothing", "$.o", "$.list"})
		operator := pick(g, []string{"BooleanEquals", "BooleanEqualsPath", "StringEquals", "NumericEquals"})
		c[operator] = map[string]any{"BooleanEquals": g.chance(50), "BooleanEqualsPath": "$.yes", "StringEquals": "beta", "NumericEquals": 0}[operator]
	case 5:
		c["Variable"], c["IsPresent"] = pick(g, []string{"$.n", "$.s", "$.yes", "$.nothing", "$.o", "$.list", "$.missing", "$.missing"}), true
	}
	if !at.safe && g.chance(2) && !strings.HasPrefix(fmt.Sprint(c["IsPresent"]), "true") {
		c["Variable"] = "$.missing"
	}
	return c
}
