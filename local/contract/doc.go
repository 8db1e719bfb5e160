// Package contract has no code, only tests: they build every function of the
// catalogue, run it in real execution environments and hold it to
// functions/CONTRACT.md. One subtest is one cell of the matrix and is named
// after its variant, so that one of them can be run on a machine that has only
// its toolchain:
//
//	go test ./local/contract -run 'TestHello/hello-dotnet8'
//
// A cell whose toolchain or runtime is missing is skipped, and says what is
// missing. Those of the other architecture run where an emulator is installed.
//
// The tests put packages artifact, runtimes and sandbox together as local does,
// and nothing above them: no gateway, no versions, no IAM.
package contract
