// Package program has the two rules for running programs that are not ours,
// such as compilers, clients of package registries and what they have fetched:
// which variables of our environment they are given ([Environment]), and which
// of their failures are the network's ([Unreachable]).
package program
