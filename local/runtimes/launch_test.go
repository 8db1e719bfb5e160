package runtimes

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

func TestLaunchNode(t *testing.T) {
	tests := []struct {
		version  string
		memoryMB int
		want     string
	}{
		{"24.22.3", 512, "--max-semi-space-size=25 --max-old-space-size=461"},
		{"18.20.8", 1024, "--max-semi-space-size=51 --max-old-space-size=922"},
		{"20.16.0", 128, "--max-semi-space-size=6 --max-old-space-size=116"},
		{"20.20.2", 512, "--max-semi-space-size=25 --max-old-space-size=461 --no-experimental-require-module"},
		{"22.0.0", 512, "--max-semi-space-size=25 --max-old-space-size=461 --no-experimental-require-module --no-experimental-detect-module"},
	}
	for _, test := range tests {
		t.Run(test.version, func(t *testing.T) {
			major, _ := strconv.Atoi(test.version[:2])
			client, _ := nodeClientOf(major)
			r := Runtime{Interpreter: "/n/bin/node", family: nodejs{version: test.version, clientDir: "/c", client: client}}
			argv, _ := r.Launch("/var/task", "a/b.handler", test.memoryMB)
			want := "/n/bin/node --expose-gc --max-http-header-size 81920 " + test.want + " /c/bootstrap.mjs /var/task a/b.handler"
			if major == 24 { // its client reads the environment
				want = "/n/bin/node --expose-gc --max-http-header-size 81920 " + test.want + " /c/index.mjs"
			}
			if got := filepath.ToSlash(strings.Join(argv, " ")); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestLaunchDotnet(t *testing.T) {
	tests := []struct {
		name, handler string
		files         []string
		want          string
	}{
		{"executable assembly", "Hello", []string{"Hello.dll", "Hello"}, "/d/dotnet exec TASK/Hello.dll"},
		{"executable assembly with its suffix", "Hello.dll", []string{"Hello.dll"}, "/d/dotnet exec TASK/Hello.dll"},
		{"native program", "bootstrap", []string{"bootstrap"}, "TASK/bootstrap"},
		{"neither, so that dotnet says so", "Hello", nil, "/d/dotnet exec TASK/Hello.dll"},
		{"method", "Hello::N.T::M", []string{"Hello.dll"},
			"/d/dotnet exec --depsfile TASK/Hello.deps.json --runtimeconfig TASK/Hello.runtimeconfig.json TASK/Amazon.Lambda.RuntimeSupport.dll Hello::N.T::M"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{}
			for _, name := range test.files {
				files[name] = ""
			}
			dir := taskRoot(t, files)
			argv, _ := dotnet{version: "8", root: "/d"}.launch("/d/dotnet", dir, test.handler, 512)
			if got := strings.ReplaceAll(strings.Join(argv, " "), dir, "TASK"); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestLaunchLeaksNothing sets variables on this side that must not be seen on the other.
func TestLaunchLeaksNothing(t *testing.T) {
	for _, name := range []string{"NODE_OPTIONS", "PYTHONPATH", "JAVA_TOOL_OPTIONS", "LD_LIBRARY_PATH", "AWS_LAMBDA_MAX_CONCURRENCY", "HOME"} {
		t.Setenv(name, "/of/the/host")
	}
	tests := []struct {
		runtime string
		family  family
		want    []string
	}{
		{"nodejs22.x", nodejs{version: "22.1.0"}, []string{"LAMBDA_RUNTIME_DIR", "LD_LIBRARY_PATH", "NODE_PATH", "PATH"}},
		{"python3.11", python{}, []string{"LAMBDA_RUNTIME_DIR", "LD_LIBRARY_PATH", "PATH"}},
		{"java21", java{version: "21"}, []string{"LAMBDA_RUNTIME_DIR", "LD_LIBRARY_PATH", "PATH"}},
		{"dotnet8", dotnet{version: "8"}, []string{"DOTNET_ROOT", "LAMBDA_RUNTIME_NAME", "LD_LIBRARY_PATH", "PATH"}},
		{"provided.al2023", provided{}, []string{"LD_LIBRARY_PATH"}},
	}
	for _, test := range tests {
		t.Run(test.runtime, func(t *testing.T) {
			r := Runtime{ID: test.runtime, Interpreter: "/opt/bin/x", Architecture: functions.X8664, family: test.family}
			_, variables := r.Launch("/var/task", "h", 512)
			if got := slices.Sorted(maps.Keys(variables)); !slices.Equal(got, test.want) {
				t.Errorf("variables are %v, want %v", got, test.want)
			}
			for name, value := range variables {
				if strings.Contains(value, "/of/the/host") {
					t.Errorf("%s is %s", name, value)
				}
			}
		})
	}
}

// taskRoot writes a function's files.
func taskRoot(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
