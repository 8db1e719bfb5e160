// Package artillery reads the test files of artillery (https://www.artillery.io):
// a configuration with target and phases, and scenarios whose flow is one request.
// So a test that was written for artillery runs unchanged, with the load
// generator's clocks.
//
// It promises not to run something else in silence. What would change the
// requests and cannot be done (a second request in a flow, templates, hooks,
// other engines) is an error that names every such place by file and line; what
// cannot change them (plugins, report settings) is listed in [Test.Ignored].
//
// The rate of artillery is that of a whole file: its scenarios share it. Each
// scenario file is a test of its own there, and so each has the whole rate here.
//
// Package pace makes arrivals of the phases; package main joins target and path,
// as artillery does, by concatenation.
package artillery
