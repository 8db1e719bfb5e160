package lambda

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

// latest is the qualifier of the version that can be changed.
const latest = "$LATEST"

// functionNamePattern is Lambda's, as its validation errors print it.
const functionNamePattern = `(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`

// The submatches of functionNamePattern that matter.
const (
	groupRegion    = 3
	groupAccount   = 9
	groupName      = 11
	groupQualifier = 13
)

const qualifierPattern = `\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+`

var (
	functionNameRE = regexp.MustCompile(`^` + functionNamePattern + `$`)
	qualifierRE    = regexp.MustCompile(`^(` + qualifierPattern + `)$`)
	plainNameRE    = regexp.MustCompile(`^[a-zA-Z0-9-_]+$`)
	numberRE       = regexp.MustCompile(`^[0-9]+$`)
)

// reference is a function as a caller names it.
type reference struct {
	name string
	// qualifier is $LATEST, a version, an alias, or empty if none was given, which means $LATEST.
	qualifier string
}

// reference reads a name, a partial or a full ARN, either with a qualifier or
// without, and the qualifier that was given beside it.
func (s *Service) reference(function, qualifier string) (reference, error) {
	if len(function) > 140 {
		return reference{}, invalidValue(function, "functionName", "Member must have length less than or equal to 140")
	}
	m := functionNameRE.FindStringSubmatch(function)
	if m == nil {
		return reference{}, invalidValue(function, "functionName", "Member must satisfy regular expression pattern: "+functionNamePattern)
	}
	if qualifier != "" && (len(qualifier) > 128 || !qualifierRE.MatchString(qualifier)) {
		return reference{}, invalidValue(qualifier, "qualifier", "Member must satisfy regular expression pattern: "+qualifierPattern)
	}
	if len(m[groupName]) > 64 {
		return reference{}, nameTooLong(m[groupName])
	}
	if region := strings.TrimSuffix(m[groupRegion], ":"); region != "" && region != s.region {
		return reference{}, userError("ResourceNotFoundException", http.StatusNotFound, "Functions from '%s' are not reachable in this region ('%s')", region, s.region)
	}
	if account := strings.TrimSuffix(m[groupAccount], ":"); account != "" && account != s.accountID {
		return reference{}, accessDenied("")
	}
	r := reference{name: m[groupName], qualifier: m[groupQualifier]}
	if r.qualifier != "" && qualifier != "" && r.qualifier != qualifier {
		return reference{}, invalidParameter("The derived qualifier from the function name does not match the specified qualifier.")
	}
	if qualifier != "" {
		r.qualifier = qualifier
	}
	return r, nil
}

func nameTooLong(name string) *apierror.Error {
	return invalidParameter("1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64", name)
}

// arn is the function's ARN with the qualifier that the caller used.
func (s *Service) arn(r reference) string {
	arn := "arn:aws:lambda:" + s.region + ":" + s.accountID + ":function:" + r.name
	if r.qualifier != "" {
		arn += ":" + r.qualifier
	}
	return arn
}

// unqualified reads a reference to a function as a whole.
func (s *Service) unqualified(name string) (*function, error) {
	r, err := s.reference(name, "")
	if err != nil {
		return nil, err
	}
	if r.qualifier != "" {
		return nil, invalidParameter("This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.")
	}
	return s.function(r)
}

// function finds a function, whatever the qualifier.
func (s *Service) function(r reference) (*function, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	f, ok := s.functions[r.name]
	if !ok {
		return nil, notFound(s.arn(r))
	}
	return f, nil
}

// version finds the version that a reference leads to.
func (s *Service) version(r reference) (*version, error) {
	f, err := s.function(r)
	if err != nil {
		return nil, err
	}
	v := f.version(r.qualifier)
	if v == nil {
		return nil, notFound(s.arn(r))
	}
	return v, nil
}
