// Command loadgen load-tests HTTP endpoints at a planned rate and reports
// latencies that a stall cannot hide.
//
//	go run ./loadgen -url https://abc.execute-api.eu-central-1.amazonaws.com/dev -rate 10 -duration 60s
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

func main() {
	url := flag.String("url", "", "base `URL` of the API, such as https://….amazonaws.com/dev")
	targets := flag.String("targets", "/esmodule,/commonjs", "`paths` under the URL, comma-separated")
	rate := flag.Float64("rate", 10, "requests per second to each target")
	duration := flag.Duration("duration", time.Minute, "length of the test")
	seed := flag.Uint64("seed", 1, "seed of the order of targets")
	out := flag.String("out", "", "`directory` for load.json and the histogram logs")
	format := flag.String("format", "text", "text or json")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *url == "" || flag.NArg() > 0 || *format != "text" && *format != "json" {
		flag.Usage()
		os.Exit(2)
	}
	o := attack.Options{Schedule: pace.Schedule{Seed: *seed, Phases: pace.At(*rate, *duration)}}
	for _, path := range strings.Split(*targets, ",") {
		o.Targets = append(o.Targets, attack.Target{Name: strings.TrimPrefix(path, "/"), URL: *url + path})
	}
	if *out != "" {
		if err := os.MkdirAll(*out, 0o755); err != nil {
			fatal(2, err)
		}
		o.HLog = func(target string) (io.WriteCloser, error) {
			return os.Create(filepath.Join(*out, strings.ReplaceAll(target, "/", "_")+".hlog"))
		}
	}
	result, err := attack.Run(ctx, o)
	if err != nil {
		fatal(2, err)
	}
	load := result.Load()
	load.Manifest.Tool, load.Manifest.Seed = "loadgen", *seed
	encoded, err := json.MarshalIndent(load, "", "  ")
	if err != nil {
		fatal(2, err)
	}
	if *out != "" {
		if err := os.WriteFile(filepath.Join(*out, "load.json"), append(encoded, '\n'), 0o644); err != nil {
			fatal(2, err)
		}
	}
	if *format == "json" {
		fmt.Println(string(encoded))
	} else if err := report.LoadText(os.Stdout, load); err != nil {
		fatal(2, err)
	}
	if !load.Generator.Valid {
		os.Exit(3)
	}
}

func fatal(code int, err error) {
	fmt.Fprintln(os.Stderr, "loadgen:", err)
	os.Exit(code)
}
