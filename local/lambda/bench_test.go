package lambda

import (
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// What the service itself adds to a warm invocation.
func BenchmarkInvoke(b *testing.B) {
	l := &fakeLauncher{handler: func(*fakeEnvironment, sandbox.Invocation) sandbox.Outcome {
		return sandbox.Outcome{Response: sandbox.Response{Payload: []byte(`{}`)}, Reusable: true}
	}}
	for name, in := range map[string]InvokeInput{
		"answer":  {Function: "hello", Payload: []byte(`{"workload":"hello"}`)},
		"logTail": {Function: "hello", Payload: []byte(`{"workload":"hello"}`), LogTail: true},
	} {
		b.Run(name, func(b *testing.B) {
			s := newService(b, l)
			create(b, s)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Invoke(b.Context(), in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("parallel", func(b *testing.B) {
		s := newService(b, l)
		create(b, s)
		b.ReportAllocs()
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if _, err := s.Invoke(b.Context(), InvokeInput{Function: "hello"}); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
