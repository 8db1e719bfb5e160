// Package commandline is what the command lines of our programs have in common: flags
// that are declared once and make the help ([Flags]), the values that several programs
// read ([Margin]), and the exit codes ([Exit]).
package commandline
