package iam

// Authorize says whether the caller of an operation may do the action on the
// resource. The error is what the caller is answered.
type Authorize func(action, resource string) error
