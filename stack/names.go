package stack

import (
	"fmt"
	"regexp"
)

// nameLimit is the length that Lambda allows for a function's name and IAM for
// a role's. Nothing else that the stack names is held shorter.
const nameLimit = 64

// names makes physical names, which say whose a thing is: two stages of one
// account, or two projects, never meet.
type names struct{ project, stage string }

// stagePattern has no dash: the names of stage "dev" could not be told from
// those of a stage "dev-hello", and policies go by the beginning of a name.
var stagePattern = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

func newNames(project, stage string) (names, error) {
	if !stagePattern.MatchString(stage) {
		return names{}, fmt.Errorf("stage %q: a stage's name is made of small letters and digits, such as dev", stage)
	}
	return names{project: project, stage: stage}, nil
}

// physical is the name on AWS of what is called logical inside the stack.
func (n names) physical(logical string) string {
	return n.project + "-" + n.stage + "-" + logical
}

// logGroup is where a function logs: the name that Lambda would choose itself.
func (n names) logGroup(logical string) string { return "/aws/lambda/" + n.physical(logical) }

// parameter is the path of an SSM parameter.
func (n names) parameter(logical string) string {
	return "/" + n.project + "/" + n.stage + "/" + logical
}

// check says whether AWS would take the name of a function or a role.
func (n names) check(logical string) error {
	if name := n.physical(logical); len(name) > nameLimit {
		return fmt.Errorf("name %s has %d characters and AWS allows %d: choose a shorter stage name than %q",
			name, len(name), nameLimit, n.stage)
	}
	return nil
}

// apiKeySecret is the name of the secret that holds the key of the stats API.
func (n names) apiKeySecret() string { return n.stage + "/" + n.project + "/api-key" }
