// Package executions is Step Functions and EventBridge Scheduler of this
// machine: state machines by ARN, their executions, and schedules that start
// them. The language itself is package states'; package awsapi puts this service
// behind the API that SDKs speak.
//
// A task runs as it does on AWS: Step Functions invokes the function as the
// state machine's role, and a role without the permission fails the task
// with Lambda.AccessDeniedException.
// A function's error fails the task under the error type of its payload, so that
// Retry and Catch of the definition match here what they match there.
//
// Executions and their histories are kept in memory until the service is closed.
// Left out: Express workflows, redrive, activities, tags.
package executions
