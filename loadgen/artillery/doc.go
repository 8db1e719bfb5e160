// Package artillery reads the test files of artillery (https://www.artillery.io):
// a configuration with target and phases, and scenarios whose flow is one request.
// A test that was written for artillery then runs with the load generator's clocks.
//
// It sends what artillery would send, or says what it does not do. Whatever could change
// the requests or the connections and is not supported (a second request in a flow,
// templates, hooks, plugins that are not known, other engines) is an error that names
// every such place by file and line. What cannot change them (report settings) is listed
// in [Test.Ignored], and what artillery does otherwise in [Test.Differences].
//
// Values have the types that artillery's YAML reader (js-yaml 3) gives them, and a JSON
// body is the text that JSON.stringify makes of them.
//
// The rate of artillery is that of a whole file: its scenarios share it. Each
// scenario file is a test of its own there, and so each has the whole rate here.
//
// Package pace makes arrivals of the phases; package main joins target and path,
// as artillery does, by concatenation.
package artillery
