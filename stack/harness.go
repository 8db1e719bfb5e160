package stack

import (
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sfn"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	env "github.com/lambda-benchmark/lambda-benchmark/internal/harness"
	"github.com/lambda-benchmark/lambda-benchmark/internal/hostinfo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// Timeouts in seconds: the runner has as long as Lambda gives, the stats API no
// longer than its callers wait.
const (
	runnerTimeout    = 900
	collectorTimeout = 300
	statsAPITimeout  = 10
)

// harness is what runs the benchmark, keeps its results and shows them.
type harness struct {
	table    *dynamodb.Table
	workflow *sfn.StateMachine
	stats    *statsAPI
}

// harness makes all of it, or nothing if our functions have no artefacts.
func (d *definition) harness(measured []measured) (*harness, error) {
	variants := d.config.Harness()
	if ok, err := d.has(variants); err != nil || !ok {
		return nil, err
	}
	by := map[string]matrix.Variant{}
	for _, v := range variants {
		by[v.Function] = v
	}
	table, err := d.table()
	if err != nil {
		return nil, err
	}
	for _, m := range measured {
		if err := d.functionItem(table, m); err != nil {
			return nil, err
		}
	}
	runner, err := d.harnessFunction(by[stage.Runner], runnerTimeout, table, d.runnerMay(table, measured)...)
	if err != nil {
		return nil, err
	}
	collector, err := d.harnessFunction(by[stage.Collector], collectorTimeout, table, d.collectorMay(table, measured)...)
	if err != nil {
		return nil, err
	}
	statsAPI, err := d.harnessFunction(by[stage.StatsAPI], statsAPITimeout, table, statsAPIMay(table)...)
	if err != nil {
		return nil, err
	}
	h := &harness{table: table}
	if h.workflow, err = d.workflow(runner, collector); err != nil {
		return nil, err
	}
	if err := d.schedule(h.workflow); err != nil {
		return nil, err
	}
	if h.stats, err = d.statsAPI(statsAPI); err != nil {
		return nil, err
	}
	return h, nil
}

// harnessFunction makes one of our own functions, with a role of its own.
func (d *definition) harnessFunction(v matrix.Variant, timeout int, table *dynamodb.Table, may ...statement) (function, error) {
	group, err := d.logGroup(v.Name())
	if err != nil {
		return function{}, err
	}
	may = append([]statement{writeLogs(pulumi.Sprintf("%s:*", group.Arn))}, may...)
	role, err := d.executionRole(v.Function, may...)
	if err != nil {
		return function{}, err
	}
	return d.function(functionSpec{
		variant: v, role: role, logGroup: group, timeout: timeout,
		variables: pulumi.StringMap{
			env.TableName:     table.Name,
			env.SampleTTLDays: pulumi.String(strconv.Itoa(d.config.SampleTTLDays)),
			env.Platform:      pulumi.String(d.config.Platform),
			env.Stage:         pulumi.String(d.names.Stage),
			// A deployment from another commit changes the harness's functions, and never
			// those that are measured.
			env.Version: pulumi.String(hostinfo.Version()),
		},
	})
}

// runnerMay is what the runner needs: the functions that it measures, and the
// table.
func (d *definition) runnerMay(table *dynamodb.Table, measured []measured) []statement {
	benchmarked := d.arn("lambda", "function:"+d.names.Physical(stage.Hello+"-")+"*")
	may := []statement{
		onTable("KeepResults", table, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query"),
		{
			sid:       "Measure",
			actions:   []string{"lambda:InvokeFunction", "lambda:GetFunction", "lambda:UpdateFunctionConfiguration"},
			resources: pulumi.StringArray{pulumi.String(benchmarked)},
		},
	}
	if slices.ContainsFunc(d.config.Benchmarked(), func(v matrix.Variant) bool { return v.SnapStart }) {
		snapStart := d.arn("lambda", "function:"+d.names.Physical(stage.Hello+"-")+"*-"+matrix.SnapStart)
		may = append(may,
			statement{
				sid: "PublishVersions", actions: []string{"lambda:PublishVersion", "lambda:ListVersionsByFunction"},
				resources: pulumi.StringArray{pulumi.String(snapStart)},
			},
			// The qualifier behind the colon keeps the function itself out of it.
			statement{sid: "DeleteVersions", actions: []string{"lambda:DeleteFunction"}, resources: pulumi.StringArray{pulumi.String(snapStart + ":*")}},
		)
	}
	var asTheyAre, changed pulumi.StringArray
	for _, m := range measured {
		if m.existing == nil {
			continue
		}
		arn := pulumi.String(m.existing.ARN)
		asTheyAre = append(asTheyAre, arn, arn+":*")
		if m.existing.Reconfigure {
			changed = append(changed, arn)
		}
	}
	if len(asTheyAre) > 0 {
		may = append(may, statement{
			sid: "MeasureExisting", actions: []string{"lambda:InvokeFunction", "lambda:GetFunction"}, resources: asTheyAre,
		})
	}
	if len(changed) > 0 {
		may = append(may, statement{
			sid: "ReconfigureExisting", actions: []string{"lambda:UpdateFunctionConfiguration"}, resources: changed,
		})
	}
	return may
}

// collectorMay is what the collector needs: the logs of what is measured, and
// the table.
func (d *definition) collectorMay(table *dynamodb.Table, measured []measured) []statement {
	groups := pulumi.StringArray{pulumi.String(d.arn("logs", "log-group:"+d.names.LogGroup(stage.Hello+"-")+"*:*"))}
	for _, m := range measured {
		if m.existing != nil {
			groups = append(groups, pulumi.String(d.arn("logs", "log-group:"+m.existing.LogGroup+":*")))
		}
	}
	return []statement{
		onTable("KeepResults", table, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchWriteItem"),
		{sid: "ReadLogs", actions: []string{"logs:FilterLogEvents"}, resources: groups},
	}
}

// statsAPIMay is what the stats API needs: to read the table and its index.
func statsAPIMay(table *dynamodb.Table) []statement {
	return []statement{onTable("ReadResults", table, "dynamodb:GetItem", "dynamodb:Query"), queryIndex(table)}
}

// onTable allows actions on the table.
func onTable(sid string, table *dynamodb.Table, actions ...string) statement {
	return statement{sid: sid, actions: actions, resources: pulumi.StringArray{table.Arn}}
}

// queryIndex allows queries of the table's index, which is a resource of its own.
func queryIndex(table *dynamodb.Table) statement {
	return statement{
		sid: "QueryIndex", actions: []string{"dynamodb:Query"},
		resources: pulumi.StringArray{pulumi.Sprintf("%s/index/%s", table.Arn, dynamo.Index)},
	}
}

// measured is a function that the workflow measures.
type measured struct {
	logical string
	entry   FunctionOutput
	// existing is set for those that the stack did not make.
	existing *deployed.Function
}

// measured lists the benchmarked functions and those that exist already.
func (d *definition) measured(benchmarked []measured) []measured {
	all := slices.Clone(benchmarked)
	for _, f := range d.existing {
		entry := d.known(f.ARN).ApplyT(func(string) deployed.Function { return f }).(FunctionOutput)
		all = append(all, measured{logical: "existing-" + f.Variant.Name(), entry: entry, existing: &f})
	}
	return all
}
