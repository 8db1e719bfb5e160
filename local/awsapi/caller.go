package awsapi

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// accessKey reads the access key id out of a SigV4 Authorization header:
//
//	AWS4-HMAC-SHA256 Credential=AKID/20261125/eu-central-1/lambda/aws4_request, SignedHeaders=..., Signature=...
func accessKey(authorization string) (id string, ok bool) {
	algorithm, parameters, _ := strings.Cut(authorization, " ")
	if algorithm != "AWS4-HMAC-SHA256" && algorithm != "AWS4-ECDSA-P256-SHA256" {
		return "", false
	}
	for parameter := range strings.SplitSeq(parameters, ",") {
		if credential, found := strings.CutPrefix(strings.TrimSpace(parameter), "Credential="); found {
			id, _, ok = strings.Cut(credential, "/")
			return id, ok && id != ""
		}
	}
	return "", false
}

type accessKeyContext struct{}

func withAccessKey(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, accessKeyContext{}, id)
}

func accessKeyOf(ctx context.Context) string {
	id, _ := ctx.Value(accessKeyContext{}).(string)
	return id
}

// authorize says whether the holder of an access key may do the action on the resource, in AWS's words.
func (s *Server) authorize(accessKeyID, action, resource string) error {
	if s.options.Directory == nil {
		return nil
	}
	err := s.options.Directory.Authorize(accessKeyID, action, resource)
	if denied, ok := errors.AsType[*iam.DeniedError](err); ok {
		return &apierror.Error{Code: "AccessDeniedException", Status: http.StatusForbidden, Message: denied.Error()}
	}
	return err
}
