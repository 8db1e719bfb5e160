// Package cpumeter measures how much of this machine's processor time other programs
// take while this program measures. A sample that was taken beside another program
// says as much about that program as about the function.
package cpumeter
