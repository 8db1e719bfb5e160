// Package apierror is an error of an AWS API as every local service states it
// and package awsapi writes it, in the protocol of the caller.
package apierror

// Error is an error in AWS's own words.
type Error struct {
	// Code is the exception's name, such as ParameterNotFound.
	Code string
	// Status is the HTTP status of a service of the REST protocol. The JSON protocol
	// has 400 for every error that is not the service's own.
	Status int
	// Message may be empty: some exceptions have none.
	Message string
	// Extra are the members of the error document beside the message: Type, Reason.
	Extra map[string]any
}

func (e *Error) Error() string {
	if e.Message == "" {
		return e.Code
	}
	return e.Code + ": " + e.Message
}
