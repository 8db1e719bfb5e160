package logs_test

import (
	"fmt"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/logs"
)

// A collector asks for the REPORT records of one group within a time window.
func Example() {
	store := logs.NewStore("") // in memory only
	if err := store.CreateGroup("/aws/lambda/hello"); err != nil {
		fmt.Println(err)
		return
	}
	stream, err := store.NewStream("/aws/lambda/hello", "2026/11/25/[1]0f3e")
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	stream.Append(start, []byte("START RequestId: 8b0d Version: 1\n"))
	stream.Append(start.Add(9*time.Millisecond), []byte("REPORT RequestId: 8b0d\tDuration: 8.40 ms\tBilled Duration: 9 ms\n"))

	events, _, err := store.Filter(logs.Query{Group: "/aws/lambda/hello", Filter: `"REPORT RequestId"`, From: start, To: start.Add(time.Minute)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range events {
		fmt.Printf("%s %s", e.Stream, e.Message)
	}
	// Output: 2026/11/25/[1]0f3e REPORT RequestId: 8b0d	Duration: 8.40 ms	Billed Duration: 9 ms
}
