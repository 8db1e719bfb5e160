// Package stage is what a stage wants, without Pulumi: its configuration, the
// functions that follow from it, their names, what a run of it measures, what it
// costs, and what has to be true of an account before it is deployed there.
//
// [Read] reads a stage from Pulumi's files, [ParseConfig] from the values that
// Pulumi's engine hands to a program. Both understand the same keys.
//
// A configuration is made for AWS. [Config.Local] is the one place that says what
// is different on one machine without AWS; package stack makes resources of either.
package stage
