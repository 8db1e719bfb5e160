// Package iam decides who may do what on this machine, by the very roles and
// policies that the stack defines, so that a permission that was forgotten
// fails here before it fails on AWS.
//
// It knows Allow statements with lists of actions and resources and the
// wildcards * and ?. Everything else that a policy can say (Deny, NotAction,
// Condition, ...) is an error when the policy is read: a policy that is only
// half understood must not decide anything.
//
// Resource policies of functions (who may invoke them, through which
// qualifier) are package lambda's.
package iam
