package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// logGroup makes the log group of a function. It is there before its function,
// whose configuration names it: one that Lambda makes by itself has no
// retention and outlives the stack. No role may create log groups.
func (d *definition) logGroup(logical string) (*cloudwatch.LogGroup, error) {
	return d.namedLogGroup(logical, d.names.LogGroup(logical))
}

func (d *definition) namedLogGroup(logical, name string) (*cloudwatch.LogGroup, error) {
	group, err := cloudwatch.NewLogGroup(d.ctx, logical, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(name),
		RetentionInDays: pulumi.Int(d.config.LogRetentionDays),
		Tags:            d.tags,
	})
	if err != nil {
		return nil, fmt.Errorf("log group %s: %w", logical, err)
	}
	return group, nil
}
