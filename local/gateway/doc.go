// Package gateway is an API Gateway REST API on this machine: routes with
// Lambda proxy integrations (payload format 1.0) behind one stage.
//
// A request becomes the very event that a function gets on AWS, the function's
// answer becomes the response that API Gateway would make of it, and so do its
// failures: a malformed answer is 502, silence for 29 seconds 504, a throttled
// function 500, a throttled client 429, a path that no resource has 403. API
// keys, usage plans and the stage's throttle are here as well.
//
// The gateway stands in the path that is measured. So it routes without
// allocation, writes the event by hand into a pooled buffer, and logs nothing.
//
// Which function may be invoked is package lambda's to decide, by the resource
// policy that names this API. Left out are authorizers, models and validators,
// mapping templates, caching, CORS answers of the gateway's own, domain names,
// stage variables, binary media types, the method ANY and greedy paths. Header
// names arrive in Go's canonical form, where AWS passes them as they were sent.
package gateway
