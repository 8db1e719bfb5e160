// Command lambda-benchmark is the Pulumi program: `pulumi up` runs it.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/stack"
)

func main() { pulumi.Run(stack.Deploy) }
