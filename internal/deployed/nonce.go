package deployed

// NonceVariable is the environment variable that forces a cold start: changing
// a function's configuration retires its execution environments. No function
// reads it. The stack sets it once and ignores later changes of it, and of
// nothing else in the environment.
const NonceVariable = "BENCH_NONCE"

// FirstNonce is what the stack sets. Every nonce has this length, so that the
// environment a function starts with always has the same size.
const FirstNonce = "0000000000000000"
