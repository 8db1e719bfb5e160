package awsapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// verified is what is known of a request once its signature has been checked.
type verified struct {
	accessKeyID string
	body        []byte
}

type verifiedContext struct{}

func withVerified(ctx context.Context, v verified) context.Context {
	return context.WithValue(ctx, verifiedContext{}, v)
}

// verifiedOf is the verified part of a request to the REST API.
func verifiedOf(r *http.Request) verified {
	return r.Context().Value(verifiedContext{}).(verified)
}

// authorize says whether the holder of an access key may do the action on the resource, in AWS's words.
func (s *Server) authorize(accessKeyID, action, resource string) error {
	err := s.options.Directory.Authorize(accessKeyID, action, resource)
	if denied, ok := errors.AsType[*iam.DeniedError](err); ok {
		return &apierror.Error{Code: "AccessDeniedException", Status: http.StatusForbidden, Message: denied.Error()}
	}
	return err
}
