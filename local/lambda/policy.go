package lambda

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// Caller is the caller of an operation. The zero Caller is this process itself,
// which may do everything.
type Caller struct {
	// AccessKeyID is the key that a request was signed with. Requests without a valid
	// signature do not get this far.
	AccessKeyID string
	// Service is a service that calls on its own account, such as
	// apigateway.amazonaws.com, and SourceARN what it calls for. The function's
	// resource policy must let it.
	Service, SourceARN string
	// RoleARN is the role as which a service calls.
	RoleARN string
}

// Permission is a statement of a function's resource policy.
type Permission struct {
	StatementID string
	// Function is a name or an ARN. Qualifier, if given, is the only one that
	// the statement holds for; without one it holds for unqualified calls only.
	Function, Qualifier string
	// Principal is a service, or * for everybody.
	Principal string
	// Action is lambda:InvokeFunction, lambda:* or *.
	Action string
	// SourceARN may have the wildcards * and ? in each of its parts; empty means any.
	SourceARN string
}

const (
	statementIDPattern = `([a-zA-Z0-9-_]+)`
	actionPattern      = `(lambda:[*]|lambda:[a-zA-Z]+|[*])`
)

var actionRE = regexp.MustCompile(`^` + actionPattern + `$`)

// AddPermission adds a statement to a function's resource policy.
func (s *Service) AddPermission(p Permission) error {
	if !plainNameRE.MatchString(p.StatementID) {
		return invalidValue(p.StatementID, "statementId", "Member must satisfy regular expression pattern: "+statementIDPattern)
	}
	if !actionRE.MatchString(p.Action) {
		return invalidValue(p.Action, "action", "Member must satisfy regular expression pattern: "+actionPattern)
	}
	if p.Principal != "*" && !strings.HasSuffix(p.Principal, ".amazonaws.com") {
		return invalidParameter("The provided principal was invalid. Please check the principal and try again.")
	}
	r, err := s.reference(p.Function, p.Qualifier)
	if err != nil {
		return err
	}
	if r.qualifier == latest {
		return invalidParameter("We currently do not support adding policies for $LATEST.")
	}
	f, err := s.function(r)
	if err != nil {
		return err
	}
	p.Function, p.Qualifier = f.name, r.qualifier
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.versionLocked(p.Qualifier) == nil {
		if numberRE.MatchString(p.Qualifier) {
			return notFound(s.arn(r))
		}
		return aliasNotFound(s.arn(r))
	}
	for _, other := range f.permissions {
		if other.StatementID == p.StatementID && other.Qualifier == p.Qualifier {
			return conflict("The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", p.StatementID)
		}
	}
	f.permissions = append(f.permissions, p)
	return nil
}

// Policy returns the statements that were added to a function, or to a version
// or an alias of it, in their order. There must be one.
func (s *Service) Policy(function, qualifier string) ([]Permission, error) {
	r, err := s.reference(function, qualifier)
	if err != nil {
		return nil, err
	}
	f, err := s.function(r)
	if err != nil {
		return nil, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	var list []Permission
	for _, p := range f.permissions {
		if p.Qualifier == r.qualifier {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return nil, userError("ResourceNotFoundException", http.StatusNotFound, "The resource you requested does not exist.")
	}
	return list, nil
}

// Authorize says whether a caller may do an action, such as
// lambda:GetFunction, on a function; the error is an AccessDeniedException.
func (s *Service) Authorize(c Caller, action, function, qualifier string) error {
	r, err := s.reference(function, qualifier)
	if err != nil {
		return err
	}
	return s.authorize(c, action, r)
}

func (s *Service) authorize(c Caller, action string, r reference) error {
	var err error
	directory := s.options.Directory
	switch {
	case c == Caller{}:
	case c.RoleARN != "" && directory != nil:
		err = directory.AuthorizeRole(c.RoleARN, action, s.arn(r))
	case c.RoleARN != "":
	case c.Service != "":
		err = s.authorizeService(c, action, r)
	case directory != nil:
		err = directory.Authorize(c.AccessKeyID, action, s.arn(r))
	}
	var denied *iam.DeniedError
	if errors.As(err, &denied) {
		return accessDenied(denied.Error())
	}
	return err
}

// authorizeService asks the function's resource policy.
func (s *Service) authorizeService(c Caller, action string, r reference) error {
	f, err := s.function(r)
	if err != nil {
		return err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, p := range f.permissions {
		if p.allows(c, action, r.qualifier) {
			return nil
		}
	}
	return accessDenied(fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because no resource-based policy allows the %s action",
		c.Service, action, s.arn(r), action))
}

func (p Permission) allows(c Caller, action, qualifier string) bool {
	if qualifier == latest {
		qualifier = "" // $LATEST has no policy of its own
	}
	return p.Qualifier == qualifier &&
		(p.Principal == "*" || p.Principal == c.Service) &&
		(p.Action == "*" || p.Action == "lambda:*" || p.Action == action) &&
		(p.SourceARN == "" || arnLike(p.SourceARN, c.SourceARN))
}

// arnLike is the condition operator ArnLike: each of the six parts of an ARN
// is matched for itself, so that a wildcard does not reach over a colon.
func arnLike(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(patterns) != 6 || len(parts) != 6 {
		return pattern == arn
	}
	for i := range patterns {
		if !wildcard(patterns[i], parts[i]) {
			return false
		}
	}
	return true
}

// wildcard matches * (any run of characters) and ? (any one byte).
func wildcard(pattern, text string) bool {
	// star and mark are where to go on if what follows the last * does not match.
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
