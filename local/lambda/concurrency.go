package lambda

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

// concurrency is the account's concurrency and what functions have reserved of
// it. Environments that are provisioned count when they are provisioned, and
// invocations on them not again.
type concurrency struct {
	limit int

	mu       sync.Mutex
	reserved int // by all functions
	// provisioned and running are of the functions without a reservation.
	provisioned, running int
}

// share is one function's part of the concurrency.
type share struct {
	reserved *int // fixed before the first invocation
	// provisioned and running (on demand) are guarded by the account's lock.
	provisioned, running int
}

// unreservedFloor is what reservations must leave to the others.
const unreservedFloor = 100

func (c *concurrency) floor() int { return min(unreservedFloor, c.limit) }

func (c *concurrency) unreserved() int { return c.limit - c.reserved - c.provisioned }

// reserve sets a new function's reservation, nil for none.
func (c *concurrency) reserve(s *share, n *int) error {
	if n == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if *n < 0 {
		return invalidValue(*n, "reservedConcurrentExecutions", "Member must have value greater than or equal to 0")
	}
	if c.unreserved()-*n < c.floor() {
		return &apierror.Error{Code: "InvalidParameterValueException", Status: http.StatusBadRequest,
			Message: fmt.Sprintf("Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", c.floor())}
	}
	c.reserved += *n
	reserved := *n
	s.reserved = &reserved
	return nil
}

// provision changes how many environments a function has provisioned.
func (c *concurrency) provision(s *share, change int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case change <= 0:
	case s.reserved != nil:
		if s.provisioned+change > *s.reserved {
			return invalidParameter("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
		}
	case change > c.unreserved():
		return &apierror.Error{Code: "InvalidParameterValueException", Status: http.StatusBadRequest,
			Message: fmt.Sprintf("Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [%d].", c.unreserved())}
	case c.unreserved()-change < c.floor():
		return &apierror.Error{Code: "InvalidParameterValueException", Status: http.StatusBadRequest,
			Message: fmt.Sprintf("Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", c.floor())}
	}
	s.provisioned += change
	if s.reserved == nil {
		c.provisioned += change
	}
	return nil
}

// release ends what provision began.
func (c *concurrency) release(s *share, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.provisioned -= n
	if s.reserved == nil {
		c.provisioned -= n
	}
}

// admit counts an invocation on demand, or refuses it.
func (c *concurrency) admit(s *share) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.reserved != nil {
		if s.running >= *s.reserved-s.provisioned {
			return tooManyRequests(functionLimit)
		}
	} else {
		if c.running >= c.unreserved() {
			return tooManyRequests(accountLimit)
		}
		c.running++
	}
	s.running++
	return nil
}

// dismiss ends what admit began.
func (c *concurrency) dismiss(s *share) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.running--
	if s.reserved == nil {
		c.running--
	}
}
