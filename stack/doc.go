// Package stack is what is deployed, and the only home of Pulumi resources.
//
// [Deploy] is the program that the Pulumi engine runs: it reads the stage's
// configuration, checks it, builds every artefact and calls [Define]. Define
// makes every resource and does nothing else, so that package local/deploy can
// run the very same definition on one machine without AWS.
//
// There is one file per noun. Logical names come from the variant's name;
// physical names have project and stage before it. What a stack looks like to
// its users is package internal/deployed's.
//
// What is built, and how, is package internal/artifact's; what runs in the
// functions is folder functions'.
package stack
