// Package iam decides who may do what on this machine, by the very roles and
// policies that the stack defines, so that a permission that was forgotten
// fails here before it fails on AWS.
//
// It knows Allow statements with lists of actions and resources and the
// wildcards * and ?, and in trust policies the conditions StringEquals and ArnLike
// on aws:SourceAccount and aws:SourceArn. Everything else that a policy can say
// (Deny, NotAction, other conditions, ...) is an error when the policy is read: a policy that is only
// half understood must not decide anything.
//
// Resource policies of functions (who may invoke them, through which
// qualifier) are package lambda's.
package iam
