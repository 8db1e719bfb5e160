//go:build unix

package runtimes

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// real returns a runtime of this machine, from the cache that the project
// itself uses, or skips and says what is missing.
func real(t *testing.T, id string, arch functions.Architecture) Runtime {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: may fetch " + id)
	}
	finder := Finder{Root: filepath.Join("..", ".."), Progress: t.Logf}
	r, err := finder.Find(t.Context(), id, arch)
	if missing := (*MissingError)(nil); errors.As(err, &missing) {
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s %s: version %q, client %q, emulator %q, %s", r.ID, r.Architecture, r.Version, r.Client, r.Emulator, r.Interpreter)
	return r
}

func host(t *testing.T) functions.Architecture {
	t.Helper()
	arch, err := HostArchitecture()
	if err != nil {
		t.Skip(err)
	}
	return arch
}

// TestNodeClient drives the official Node.js client with our stand-in for its
// native module through everything that tells the two apart.
func TestNodeClient(t *testing.T) {
	big := `"` + strings.Repeat("grün ", 800_000) + `"` // 4.8 MB: fills the socket's buffers, and splits characters between reads
	tests := []struct {
		name   string
		files  map[string]string
		until  string
		events []event
		want   []string
	}{
		{
			name:   "async",
			files:  map[string]string{"index.mjs": `export const handler = async (event) => ({ got: event.n });`},
			events: []event{{payload: `{"n":1}`}, {payload: `{"n":2}`}},
			want:   []string{`response {"got":1}`, `response {"got":2}`},
		},
		{
			name:   "callback",
			files:  map[string]string{"index.js": `exports.handler = (event, context, callback) => callback(null, event.n + 1);`},
			events: []event{{payload: `{"n":1}`}},
			want:   []string{`response 2`},
		},
		{
			name:   "a returned value of a function that is not async is no answer",
			files:  map[string]string{"index.js": `exports.handler = () => 'lost';`},
			events: []event{{payload: `{}`}},
			want:   []string{`response null`},
		},
		{
			name:   "throw",
			files:  map[string]string{"index.js": `exports.handler = async () => { const e = new RangeError('too far'); e.stack = 'here'; throw e; };`},
			until:  "error",
			events: []event{{payload: `{}`}},
			want:   []string{`error {"errorType":"RangeError","errorMessage":"too far","trace":["here"]}`},
		},
		{
			name:   "a promise that nothing will settle",
			files:  map[string]string{"index.js": `exports.handler = () => new Promise(() => {});`},
			events: []event{{payload: `{}`}},
			want:   []string{`response null`},
		},
		{
			name: "the answer waits for an empty event loop",
			files: map[string]string{"index.js": `let fired = 0;
exports.handler = (event, context, callback) => { const before = fired; setTimeout(() => fired++, 20); callback(null, before); };`},
			events: []event{{payload: `{}`}, {payload: `{}`}},
			want:   []string{`response 0`, `response 1`},
		},
		{
			name: "callbackWaitsForEmptyEventLoop = false",
			files: map[string]string{"index.js": `exports.handler = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  setInterval(() => {}, 1000);
  callback(null, 'at once');
};`},
			events: []event{{payload: `{}`}},
			want:   []string{`response "at once"`},
		},
		{
			name:   "process.exit",
			files:  map[string]string{"index.js": `exports.handler = async () => process.exit(7);`},
			until:  "exit",
			events: []event{{payload: `{}`}},
			want:   []string{`exit 7`},
		},
		{
			name: "an answer survives process.exit",
			files: map[string]string{"index.js": `exports.handler = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  callback(null, 'said');
  process.exit(3);
};`},
			until:  "exit",
			events: []event{{payload: `{}`}},
			want:   []string{`response "said"`, `exit 3`},
		},
		{
			name: "an exception outside of the handler",
			files: map[string]string{"index.js": `exports.handler = () => new Promise(() => setTimeout(() => {
  const e = new Error('late'); e.stack = 'here'; throw e;
}, 1));`},
			until:  "exit",
			events: []event{{payload: `{}`}},
			want:   []string{`error {"errorType":"Error","errorMessage":"late","trace":["here"]}`, `exit 129`},
		},
		{
			name: "streaming",
			files: map[string]string{"index.mjs": `export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('one,'); stream.end('two');
  await new Promise((resolve) => stream.on('close', resolve));
});`},
			events: []event{{payload: `{}`}},
			want:   []string{`response one,two`},
		},
		{
			name:  "missing export",
			files: map[string]string{"index.js": `exports.other = async () => 1;`},
			until: "exit",
			want:  []string{`init/error Runtime.HandlerNotFound`, `exit 129`},
		},
		{
			name:  "throw at init",
			files: map[string]string{"index.mjs": `throw new Error('not today');`},
			until: "exit",
			want:  []string{`init/error Error`, `exit 129`},
		},
		{
			name: "top-level await ends before the first event is asked for",
			files: map[string]string{"index.mjs": `let ready = false;
await new Promise((resolve) => setTimeout(resolve, 20)); ready = true;
export const handler = async () => ready;`},
			events: []event{{payload: `{}`}},
			want:   []string{`response true`},
		},
		{
			name:   "large and not in ASCII",
			files:  map[string]string{"index.mjs": `export const handler = async (event) => event;`},
			events: []event{{payload: big}, {payload: big}},
			want:   []string{"response " + big, "response " + big},
		},
		{
			name:   "client context",
			files:  map[string]string{"index.mjs": `export const handler = async (event, context) => context.clientContext.custom.city;`},
			events: []event{{payload: `{}`, clientContext: `{"custom":{"city":"Köln"}}`}},
			want:   []string{`response "Köln"`},
		},
		{
			name: "what the function sees of the runtime",
			files: map[string]string{"index.mjs": `export const handler = async () => [process.cwd() === process.env.LAMBDA_TASK_ROOT,
  process.env.AWS_EXECUTION_ENV.replace(/\d+/, 'N'), typeof gc, process.env.HOME ?? null, process.env.NODE_PATH.endsWith(process.cwd())];`},
			events: []event{{payload: `{}`}},
			want:   []string{`response [true,"AWS_Lambda_nodejsN.x","function",null,true]`},
		},
	}
	for _, id := range []string{"nodejs18.x", "nodejs22.x"} {
		t.Run(id, func(t *testing.T) {
			r := real(t, id, host(t))
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					until := test.until
					if until == "" {
						until = "response"
					}
					heard := play(t, r, taskRoot(t, test.files), "index.handler", until, test.events...)
					got := bodies(heard)
					for i, m := range heard {
						if m.kind == "init/error" { // its trace names our paths
							got[i] = m.kind + " " + m.header.Get("Lambda-Runtime-Function-Error-Type")
						}
					}
					if !slices.Equal(got, test.want) {
						t.Errorf("heard %.300q, want %.300q", got, test.want)
					}
				})
			}
		})
	}
}

// TestNodeClient4 drives the client of nodejs24.x through what it does otherwise
// than release 3, and through what our stand-in for its native module does for it.
func TestNodeClient4(t *testing.T) {
	big := `"` + strings.Repeat("grün ", 800_000) + `"` // 4.8 MB: fills the socket's buffers, and splits characters between reads
	r := real(t, "nodejs24.x", host(t))
	for _, test := range []struct {
		name   string
		files  map[string]string
		until  string
		events []event
		want   []string
	}{
		{
			name:   "async",
			files:  map[string]string{"index.mjs": `export const handler = async (event) => ({ got: event.n });`},
			events: []event{{payload: `{"n":1}`}, {payload: `{"n":2}`}},
			want:   []string{`response {"got":1}`, `response {"got":2}`},
		},
		{
			name:   "a returned value of a function that is not async is the answer",
			files:  map[string]string{"index.js": `exports.handler = () => 'kept';`},
			events: []event{{payload: `{}`}},
			want:   []string{`response "kept"`},
		},
		{
			name:  "a callback is refused",
			files: map[string]string{"index.js": `exports.handler = (event, context, callback) => callback(null, 1);`},
			until: "exit",
			want:  []string{`init/error Runtime.CallbackHandlerDeprecated`, `exit 1`},
		},
		{
			name:   "throw",
			files:  map[string]string{"index.js": `exports.handler = async () => { const e = new RangeError('too far'); e.stack = 'here'; throw e; };`},
			until:  "error",
			events: []event{{payload: `{}`}},
			want:   []string{`error {"errorType":"RangeError","errorMessage":"too far","trace":["here"]}`},
		},
		{
			name:  "throw at init",
			files: map[string]string{"index.mjs": `throw new Error('not today');`},
			until: "exit",
			want:  []string{`init/error Error`, `exit 1`},
		},
		{
			name: "top-level await ends before the first event is asked for",
			files: map[string]string{"index.mjs": `let ready = false;
await new Promise((resolve) => setTimeout(resolve, 20)); ready = true;
export const handler = async () => ready;`},
			events: []event{{payload: `{}`}},
			want:   []string{`response true`},
		},
		{
			name: "streaming",
			files: map[string]string{"index.mjs": `export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('one,'); stream.end('two');
  await new Promise((resolve) => stream.on('close', resolve));
});`},
			events: []event{{payload: `{}`}},
			want:   []string{`response one,two`},
		},
		{
			name:   "large and not in ASCII",
			files:  map[string]string{"index.mjs": `export const handler = async (event) => event;`},
			events: []event{{payload: big}, {payload: big}},
			want:   []string{"response " + big, "response " + big},
		},
		{
			name: "what the function sees of the runtime",
			files: map[string]string{"index.mjs": `export const handler = async () => [process.cwd() === process.env.LAMBDA_TASK_ROOT,
  process.env.AWS_EXECUTION_ENV, typeof gc, process.env.HOME ?? null, process.env.NODE_PATH.endsWith(process.cwd())];`},
			events: []event{{payload: `{}`}},
			want:   []string{`response [true,"AWS_Lambda_nodejs24.x","function",null,true]`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			heard := play(t, r, taskRoot(t, test.files), "index.handler", cmp.Or(test.until, "response"), test.events...)
			got := bodies(heard)
			for i, m := range heard {
				if m.kind == "init/error" { // its trace names our paths
					got[i] = m.kind + " " + m.header.Get("Lambda-Runtime-Function-Error-Type")
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("heard %.300q, want %.300q", got, test.want)
			}
		})
	}
}

// TestNodeClientErrorHeader sees that an error's cause for X-Ray gets through, and that the type does not, as with the native module.
func TestNodeClientErrorHeader(t *testing.T) {
	r := real(t, "nodejs22.x", host(t))
	dir := taskRoot(t, map[string]string{"index.js": `exports.handler = async () => { throw new TypeError('no'); };`})
	heard := play(t, r, dir, "index.handler", "error", event{payload: `{}`})
	if cause := heard[0].header.Get("Lambda-Runtime-Function-XRay-Error-Cause"); !strings.Contains(cause, "TypeError") {
		t.Errorf("the cause for X-Ray is %q", cause)
	}
	if kind, ok := heard[0].header["Lambda-Runtime-Function-Error-Type"]; ok {
		t.Errorf("there is an error type, %q; the native module sends none", kind)
	}
}

// TestRuntimes drives two invocations through each of the other runtimes, and
// through those of the other architecture that an emulator can run.
func TestRuntimes(t *testing.T) {
	arch := host(t)
	foreign := functions.ARM64
	if arch == functions.ARM64 {
		foreign = functions.X8664
	}
	node := map[string]string{"index.mjs": `let n = 0; export const handler = async (event) => ({ n: ++n, arch: process.arch === 'x64' ? 'x86_64' : process.arch });`}
	counter := []event{{payload: `{}`}, {payload: `{}`}}
	counted := func(arch functions.Architecture) []string {
		return []string{`response {"n":1,"arch":"` + string(arch) + `"}`, `response {"n":2,"arch":"` + string(arch) + `"}`}
	}
	tests := []struct {
		runtime string
		arch    functions.Architecture
		files   map[string]string
		handler string
		build   bool
		events  []event
		want    []string
	}{
		{runtime: "nodejs18.x", arch: foreign, files: node, handler: "index.handler", events: counter, want: counted(foreign)},
		{runtime: "nodejs22.x", arch: foreign, files: node, handler: "index.handler", events: counter, want: counted(foreign)},
		{
			runtime: "python3.11", arch: arch, handler: "pkg/app.handler",
			files: map[string]string{"pkg/app.py": `import platform, sys
n = 0
def handler(event, context):
    global n
    n += 1
    return [n, ".".join(platform.python_version_tuple()[:2]), event["city"], any("dist-packages" in p for p in sys.path), sys.flags.dont_write_bytecode]
`},
			events: []event{{payload: `{"city":"Köln"}`}, {payload: `{"city":"Bonn"}`}},
			// The client answers in ASCII up to Python 3.11.
			want: []string{`response [1, "3.11", "K\u00f6ln", false, 1]`, `response [2, "3.11", "Bonn", false, 1]`},
		},
		{
			runtime: "python3.12", arch: arch, handler: "app.handler",
			files: map[string]string{"app.py": `import platform
def handler(event, context):
    return [".".join(platform.python_version_tuple()[:2]), event["city"]]
`},
			events: []event{{payload: `{"city":"Köln"}`}},
			want:   []string{`response ["3.12", "Köln"]`},
		},
		{
			runtime: "python3.13", arch: arch, handler: "app.handler",
			files: map[string]string{"app.py": `import platform
def handler(event, context):
    return [".".join(platform.python_version_tuple()[:2]), event["city"]]
`},
			events: []event{{payload: `{"city":"Köln"}`}},
			want:   []string{`response ["3.13", "Köln"]`},
		},
		{
			runtime: "python3.14", arch: arch, handler: "app.handler",
			files: map[string]string{"app.py": `import platform
def handler(event, context):
    return [".".join(platform.python_version_tuple()[:2]), event["city"]]
`},
			events: []event{{payload: `{"city":"Köln"}`}},
			want:   []string{`response ["3.14", "Köln"]`},
		},
		{
			// The class is one of Java's own, so that this needs no compiler.
			runtime: "java21", arch: arch, handler: "java.util.concurrent.atomic.AtomicInteger::addAndGet",
			events: []event{{payload: `5`}, {payload: `37`}},
			want:   []string{`response 5`, `response 42`},
		},
		{
			runtime: "java25", arch: arch, handler: "java.util.concurrent.atomic.AtomicInteger::addAndGet",
			events: []event{{payload: `5`}, {payload: `37`}},
			want:   []string{`response 5`, `response 42`},
		},
		{runtime: "provided.al2023", arch: arch, build: true, handler: "bootstrap", events: []event{{payload: `{"n":1}`}}, want: []string{`response {"n":1}`}},
		{runtime: "provided.al2023", arch: foreign, build: true, handler: "bootstrap", events: []event{{payload: `{"n":1}`}}, want: []string{`response {"n":1}`}},
	}
	for _, test := range tests {
		t.Run(test.runtime+"/"+string(test.arch), func(t *testing.T) {
			r := real(t, test.runtime, test.arch)
			if (r.Emulator != "") != (test.arch != arch) {
				t.Errorf("emulator is %q", r.Emulator)
			}
			dir := taskRoot(t, test.files)
			if test.build {
				build(t, dir, test.arch)
			}
			if got := bodies(play(t, r, dir, test.handler, "response", test.events...)); !slices.Equal(got, test.want) {
				t.Errorf("heard %q, want %q", got, test.want)
			}
		})
	}
}

// build compiles testdata/bootstrap.
func build(t *testing.T, dir string, arch functions.Architecture) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc", "-o", filepath.Join(dir, "bootstrap"), "./testdata/bootstrap")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS=linux", "GOARCH="+map[functions.Architecture]string{functions.ARM64: "arm64", functions.X8664: "amd64"}[arch])
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
}

// TestPythonTrouble sees that errors get through, and that a cold start leaves no compiled module in the task root.
func TestPythonTrouble(t *testing.T) {
	r := real(t, "python3.11", host(t))
	dir := taskRoot(t, map[string]string{
		"app.py":    "import helper\ndef handler(event, context):\n    raise KeyError('k')\n",
		"helper.py": "",
	})
	heard := play(t, r, dir, "app.handler", "error", event{payload: `{}`})
	if !strings.Contains(heard[0].body, `"errorType": "KeyError"`) {
		t.Errorf("the error is %s", heard[0].body)
	}
	if _, err := os.Stat(filepath.Join(dir, "__pycache__")); err == nil {
		t.Error("Python wrote compiled modules to the task root, which makes the next cold start another one")
	}
	heard = play(t, r, dir, "app.nothing", "init/error")
	if !strings.Contains(heard[0].body, "Runtime.HandlerNotFound") {
		t.Errorf("the init error is %s", heard[0].body)
	}
}
