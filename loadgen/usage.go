package main

// usage is the help. A test keeps it and the flags together.
const usage = `Load-tests HTTP endpoints at a planned rate and reports latencies that a stall cannot hide.

  loadgen -url URL [flags]                 run a load test and print what it found
  loadgen compare [-margin M] [-format text|json] DIR DIR
                                           judge two run directories against each other, offline
  loadgen report [-format F] DIR           print a run directory again

where to
  -url URL             base URL, such as https://….execute-api.eu-central-1.amazonaws.com/dev
  -targets PATHS       paths under it, comma-separated; appended as they are (default /esmodule,/commonjs)
  -only NAMES          only these targets; a target's name is its path without the leading slash
  -stage STAGE         take the URL from "pulumi stack output --json --stack STAGE"
  -artillery CONFIG [SCENARIO ...]
                       run artillery's files: target, phases, one request a scenario; -url overrides the target

when
  -rate N              requests per second to each target (default 10), whatever the responses do;
                       max: a closed loop of -conns connections, for capacity: its latencies hide stalls
  -duration D          length of the test (default 1m0s)
  -phase D@N           a phase of the test, such as 60s@10, or a ramp: 30s@10..100; may be repeated
  -arrivals PROCESS    constant (default): evenly spaced; poisson: at random
  -poisson             short for -arrivals poisson
  -trace FILE          arrival times, a number of seconds a line, ascending
  -seed N              fixes every order that is drawn at random (default: a new one, written into the manifest)

what
  -method METHOD       GET, or POST where there is a body
  -header 'NAME: V'    a header of every request; may be repeated
  -body TEXT           a body; @FILE reads it from a file
  -expect-status CODES the status codes that are answers, comma-separated (default: all below 400)
  -expect-body-contains TEXT
                       what a body must contain to be an answer

how
  -conns N             connections of -rate max (default 64)
  -timeout D           from the planned start to the last byte (default 10s)
  -max-conns N         bound on connections (default 4096)
  -http2               HTTP/2, which takes the portable engine
  -dns WHEN            upfront (default): look names up once; connection: for every new connection
  -insecure            accept any certificate
  -pace HOW            precise (default): spin through the last microseconds before a send; eco: only sleep
  -engine NAME         epoll (Linux) or portable (default: the best one here)

what comes of it
  -margin M            a difference that does not matter, such as 5ms or 5%
  -out DIR             write a run directory: manifest.json, summary.json, report.html, one .hlog a target
  -format F            of what is printed: text (default), json, hgrm or html
  -fail-if CONDITION   exit with 1 if it is true; may be repeated:
                       'p99>300ms', 'esmodule.p99>commonjs.p99', 'errors>0.1%'
                       figures: p50 ... p99.9, mean, min, max (of latency; or of service., firstByte., connect.),
                       errors and dropped (a number, or a share of what was sent or planned)

Ctrl-C waits for what is on its way and reports; once more leaves at once.

exit codes
  0  the load test ran
  1  a -fail-if condition is true; or the run that it was to judge was interrupted
  2  the command line, or a file that it names, cannot be used; nothing was sent
  3  not valid: the generator's own lateness could explain what it measured, or its records are not complete
  4  no request was answered
Of several, 4 counts before 3 and 3 before 1; what was found is printed in each case.
"go run" makes 1 of every code: build first ("go build ./loadgen") where codes matter.
`
