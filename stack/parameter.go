package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// parameter makes the one parameter that the module functions read.
func (d *definition) parameter() (*ssm.Parameter, error) {
	p, err := ssm.NewParameter(d.ctx, "message", &ssm.ParameterArgs{
		Name:        pulumi.String(d.names.Parameter("message")),
		Description: pulumi.String("What the ES module and CommonJS functions answer"),
		Type:        pulumi.String("String"),
		Value:       pulumi.String(d.config.ParameterValue), // the SDK marks it as secret
		Tags:        d.tags,
	})
	if err != nil {
		return nil, fmt.Errorf("parameter message: %w", err)
	}
	return p, nil
}
