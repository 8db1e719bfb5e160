// Package deploy turns the stack's definition into a plan of what this machine
// is to start.
//
// [Make] runs the very same stack.Define that the Pulumi engine runs, in this
// process, and listens where the engine would: each resource that is
// registered becomes an entry of a [Plan]. Nothing is started; a plan that
// cannot be carried out whole is refused before there is a process to end.
//
// It refuses what would otherwise go unnoticed: a resource type, a property or
// a value that the local platform does not know, an output that it does not
// supply but another resource uses, and a name that leads nowhere. Everything
// that AWS checks beyond that (quotas, the shape of names) is not checked here.
//
// What a stage is like on this machine is said by stage.Config.Local, not here.
// The plan's own are an account id and a key of the stats API.
//
// The services that carry a plan out are packages local/lambda, local/gateway,
// local/executions, local/dynamodb, local/ssm, local/secrets, local/iam and
// local/logs behind local/awsapi; local's main composes them.
package deploy
