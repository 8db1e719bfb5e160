// Package artifact turns a row of the catalogue into the zip that Lambda is
// given. [Builder.Build] promises:
//
//   - The same sources and the same toolchain give the same bytes: entries are
//     sorted, times fixed, modes kept.
//   - The source tree is never written to. A build works on a staged copy under
//     the builder's folder (.build), or tells its compiler to write there.
//   - A zip is made once. It is found again by a hash of its sources and of the
//     toolchain's version, concurrent callers wait for the one who builds, and
//     so do other processes. For Go the go command is that cache.
//   - No zip leaves the builder unless [Check] finds in it the file type and
//     the architecture that its cell asks for.
//   - A canceled build leaves no process behind, grandchildren included, not
//     even if this process is killed (on Unix).
//
// A toolchain that is missing or too old is looked for in Docker, in AWS's
// public build images, if a Docker engine answers. Else the error is a
// [MissingToolchainError]: what is missing, for which cell, and what to do.
// Docker is the one place where a killed parent leaves something running: the
// container ends with its build.
//
// [Unpack] is the other direction: what Lambda does with a zip before it starts
// an execution environment.
//
// Package functions has the catalogue and the sources; stack and local/deploy
// hand the zips on. Finding interpreters to run them with is local/runtimes'.
package artifact
