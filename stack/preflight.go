package stack

import "errors"

// preflight finds what AWS would refuse only after half of the stack is there.
func preflight(c Config, n names) error {
	var errs []error
	for _, v := range c.All() {
		errs = append(errs, n.check(v.Name()))
	}
	return errors.Join(errs...)
}
