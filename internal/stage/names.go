package stage

import (
	"errors"
	"fmt"
	"regexp"
)

// nameLimit is the length that Lambda allows for a function's name and IAM for
// a role's. Nothing else that the stack names has a shorter limit.
const nameLimit = 64

// Names makes the physical names of a stage's resources. Each begins with
// project and stage, so that two stages or projects of one account never meet.
type Names struct{ Project, Stage string }

// stagePattern has no dash: the names of stage "dev" could not be told from
// those of a stage "dev-hello", and policies go by the beginning of a name.
var stagePattern = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// NewNames checks the name of a stage.
func NewNames(project, stage string) (Names, error) {
	if !stagePattern.MatchString(stage) {
		return Names{}, fmt.Errorf("stage %q: a stage's name is made of small letters and digits, such as dev", stage)
	}
	return Names{Project: project, Stage: stage}, nil
}

// Physical is the name on AWS of what is called logical inside the stack.
func (n Names) Physical(logical string) string {
	return n.Project + "-" + n.Stage + "-" + logical
}

// LogGroup is the log group of a function: the name that Lambda would choose itself.
func (n Names) LogGroup(logical string) string { return "/aws/lambda/" + n.Physical(logical) }

// Parameter is the path of an SSM parameter.
func (n Names) Parameter(logical string) string {
	return "/" + n.Project + "/" + n.Stage + "/" + logical
}

// APIKeySecret is the name of the secret that holds the key of the stats API.
func (n Names) APIKeySecret() string { return n.Stage + "/" + n.Project + "/api-key" }

// Check finds names of a stage's functions that AWS would refuse.
func (n Names) Check(c Config) error {
	var errs []error
	for _, v := range c.All() {
		if name := n.Physical(v.Name()); len(name) > nameLimit {
			errs = append(errs, fmt.Errorf("name %s has %d characters and AWS allows %d: choose a shorter stage name than %q",
				name, len(name), nameLimit, n.Stage))
		}
	}
	return errors.Join(errs...)
}
