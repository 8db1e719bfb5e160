// Package stack is what is deployed, and the only home of Pulumi resources.
//
// What a stage wants is package internal/stage's. [Deploy] is the program that the
// Pulumi engine runs: it reads the stage's configuration, asks the account whether
// it can take the stage, builds every artefact and calls [Define]. Define makes every resource and does
// nothing else, so that package local/deploy can run the very same definition on
// one machine without AWS. What has no artefact there is left out; Deploy is
// strict.
//
// Three things are deployed: the benchmarked functions; the two module functions
// behind an API of their own; and the harness, which is the workflow that
// measures the benchmarked functions on a schedule, the table of results, and
// the API that shows them. The harness can measure functions that exist already.
//
// There is one file per noun. Logical names come from the variant's name;
// physical names have project and stage before it. What a stack looks like to
// its users is package internal/deployed's, what stands in the table package
// internal/results/dynamo's, and what the state machine's tasks do packages
// internal/workflow's, with the definition, and internal/collect's.
//
// Functions whose runtimes Pulumi's AWS provider refuses are deployed by CloudFormation
// stacks that the stack owns; all that is about them is in cloudformation.go.
//
// What is built, and how, is package internal/artifact's; what runs in the
// functions is folder functions'. After a destroy, AWS keeps by itself what it
// made by itself: the histories of executions (90 days), metrics, and the
// account's resource policy for delivered logs.
package stack
