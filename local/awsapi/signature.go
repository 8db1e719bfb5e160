package awsapi

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// signature is a request's signature of version 4, as its Authorization header states it:
//
//	AWS4-HMAC-SHA256 Credential=AKID/20261125/eu-central-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=...
type signature struct {
	accessKeyID           string
	date, region, service string // the credential's scope
	signedHeaders         []string
	hexadecimal           string

	// What [verifier.check] adds: the key's credentials and the request's time.
	credentials iam.Credentials
	at          time.Time
}

const (
	signatureAlgorithm = "AWS4-HMAC-SHA256"
	signatureTime      = "20060102T150405Z" // of X-Amz-Date
	// maxClockSkew is how far a request's time may be from this machine's, as on AWS.
	maxClockSkew = 5 * time.Minute
)

// parseSignature reads an Authorization header.
func parseSignature(authorization string) (signature, error) {
	algorithm, parameters, _ := strings.Cut(authorization, " ")
	if algorithm != signatureAlgorithm {
		return signature{}, missingToken()
	}
	var s signature
	for parameter := range strings.SplitSeq(parameters, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		switch name {
		case "Credential":
			scope := strings.Split(value, "/")
			if len(scope) != 5 || scope[4] != "aws4_request" {
				return signature{}, incompleteSignature("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + value + "'")
			}
			s.accessKeyID, s.date, s.region, s.service = scope[0], scope[1], scope[2], scope[3]
		case "SignedHeaders":
			s.signedHeaders = strings.Split(value, ";")
		case "Signature":
			s.hexadecimal = value
		}
	}
	if s.accessKeyID == "" || len(s.signedHeaders) == 0 || s.hexadecimal == "" {
		return signature{}, incompleteSignature("Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.")
	}
	return s, nil
}

// verifier checks signatures by signing each request again.
type verifier struct {
	region      string
	credentials func(accessKeyID string) (iam.Credentials, bool)
	signer      *v4.Signer
}

// check refuses a request that does not claim to be signed by the holder of a known
// access key, now, for the region and the service. It does not need the body, which
// [verifier.verify] does. An empty service is any.
func (v *verifier) check(r *http.Request, service string) (signature, error) {
	authorization := r.Header.Get("Authorization")
	if authorization == "" {
		return signature{}, missingToken()
	}
	s, err := parseSignature(authorization)
	if err != nil {
		return signature{}, err
	}
	var known bool
	s.credentials, known = v.credentials(s.accessKeyID)
	if !known || !equal(r.Header.Get("X-Amz-Security-Token"), s.credentials.SessionToken) {
		return signature{}, &apierror.Error{
			Code: "UnrecognizedClientException", Status: http.StatusForbidden, Message: "The security token included in the request is invalid.",
		}
	}
	if s.at, err = time.Parse(signatureTime, r.Header.Get("X-Amz-Date")); err != nil {
		return signature{}, incompleteSignature("Authorization header requires existence of an 'X-Amz-Date' header.")
	}
	if err := s.current(time.Now()); err != nil {
		return signature{}, err
	}
	if s.region != v.region {
		return signature{}, invalidSignature(fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. The local platform's is '%s'.", s.region, v.region))
	}
	if service != "" && s.service != service {
		return signature{}, invalidSignature(fmt.Sprintf("Credential should be scoped to correct service: '%s'.", service))
	}
	return s, s.covers(r)
}

// current refuses a signature of another time.
func (s signature) current(now time.Time) error {
	first, last, at := now.Add(-maxClockSkew).UTC(), now.Add(maxClockSkew).UTC(), s.at.Format(signatureTime)
	switch {
	case s.at.Before(first):
		return invalidSignature(fmt.Sprintf("Signature expired: %s is now earlier than %s", at, first.Format(signatureTime)))
	case s.at.After(last):
		return invalidSignature(fmt.Sprintf("Signature not yet current: %s is still later than %s", at, last.Format(signatureTime)))
	case s.date != s.at.Format("20060102"):
		return invalidSignature(fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s'.", s.date, s.at.Format("20060102")))
	}
	return nil
}

// covers refuses a request with a header that says what is asked for and is not signed.
func (s signature) covers(r *http.Request) error {
	if !slices.Contains(s.signedHeaders, "host") {
		return incompleteSignature("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for name := range r.Header {
		lower := strings.ToLower(name)
		// Some SDKs send who they are after they have signed.
		if strings.HasPrefix(lower, "x-amz-") && lower != "x-amz-user-agent" && !slices.Contains(s.signedHeaders, lower) {
			return incompleteSignature("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// verify signs the request again, with the headers that its signature covers, and compares.
func (v *verifier) verify(s signature, r *http.Request, body []byte) error {
	again := &http.Request{
		Method: r.Method, Host: r.Host, Header: http.Header{},
		URL: &url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery},
	}
	for _, name := range s.signedHeaders {
		switch name {
		case "host", "x-amz-date", "x-amz-security-token": // the signer's own
		case "content-length":
			again.ContentLength = int64(len(body))
		default:
			// In lower case, because the signer leaves some headers out by their
			// canonical names, which other SDKs sign: User-Agent.
			again.Header[name] = r.Header.Values(name)
		}
	}
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{
		AccessKeyID: s.credentials.AccessKeyID, SecretAccessKey: s.credentials.SecretAccessKey, SessionToken: s.credentials.SessionToken,
	}
	if err := v.signer.SignHTTP(r.Context(), credentials, again, hex.EncodeToString(sum[:]), s.service, s.region, s.at); err != nil {
		return fmt.Errorf("sign the request again: %w", err)
	}
	want, err := parseSignature(again.Header.Get("Authorization"))
	if err != nil {
		return fmt.Errorf("sign the request again: %w", err)
	}
	if !equal(want.hexadecimal, s.hexadecimal) {
		return invalidSignature("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

// equal compares secrets in a time that does not depend on where they differ.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func missingToken() *apierror.Error {
	return &apierror.Error{Code: "MissingAuthenticationTokenException", Status: http.StatusForbidden, Message: "Missing Authentication Token"}
}

func incompleteSignature(message string) *apierror.Error {
	return &apierror.Error{Code: "IncompleteSignatureException", Status: http.StatusForbidden, Message: message}
}

func invalidSignature(message string) *apierror.Error {
	return &apierror.Error{Code: "InvalidSignatureException", Status: http.StatusForbidden, Message: message}
}
