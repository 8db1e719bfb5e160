package iam

import (
	"fmt"
	"slices"
	"sync"
)

// Role is a role with its policies, parsed.
type Role struct {
	// Name and ARN are the role's.
	Name, ARN string
	// Trust says which services may assume the role, such as lambda.amazonaws.com.
	Trust    []Trust
	Policies []Policy
}

// Allows says whether one of the role's policies allows the action on the resource.
func (r Role) Allows(action, resource string) bool {
	return slices.ContainsFunc(r.Policies, func(p Policy) bool { return p.Allows(action, resource) })
}

// Credentials sign the requests of their holder.
type Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }

// session is what the holder of credentials acts as.
type session struct {
	credentials Credentials
	roleARN     string // empty: the operator, who may do everything
}

// Directory knows every role, and whose credentials an access key is. It is
// safe for concurrent use.
type Directory struct {
	mu       sync.RWMutex
	roles    map[string]Role    // by ARN
	sessions map[string]session // by access key id
	observe  func(roleARN, action, resource string)
}

// NewDirectory returns a directory of the roles.
func NewDirectory(roles ...Role) *Directory {
	d := &Directory{roles: map[string]Role{}, sessions: map[string]session{}}
	for _, r := range roles {
		d.roles[r.ARN] = r
	}
	return d
}

// Observe lets f hear of everything that a role asked for and was allowed, from
// several goroutines. It is called before the directory is used.
func (d *Directory) Observe(f func(roleARN, action, resource string)) { d.observe = f }

// AdmitOperator lets the holder of the credentials do everything.
func (d *Directory) AdmitOperator(c Credentials) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sessions[c.AccessKeyID] = session{credentials: c}
}

// Credentials returns the credentials that an access key belongs to.
func (d *Directory) Credentials(accessKeyID string) (Credentials, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	s, ok := d.sessions[accessKeyID]
	return s.credentials, ok
}

// Assume lets the holder of the credentials, a service, act as a role. It fails
// where AWS would: the role does not exist, or does not trust the service.
func (d *Directory) Assume(roleARN, service string, c Credentials) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	role, ok := d.roles[roleARN]
	if !ok {
		return fmt.Errorf("assume role %s: there is no such role", roleARN)
	}
	if !role.Trusts(service, Source{}) {
		return fmt.Errorf("assume role %s: it does not trust %s", roleARN, service)
	}
	d.sessions[c.AccessKeyID] = session{c, roleARN}
	return nil
}

// DeniedError says who may not do what, in AWS's words.
type DeniedError struct {
	Principal, Action, Resource string
}

func (e *DeniedError) Error() string {
	return fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		e.Principal, e.Action, e.Resource, e.Action)
}

// Authorize says whether the holder of an access key may do the action on the
// resource. The error is a *[DeniedError].
func (d *Directory) Authorize(accessKeyID, action, resource string) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	switch s, ok := d.sessions[accessKeyID]; {
	case !ok:
		return &DeniedError{Principal: accessKeyID, Action: action, Resource: resource}
	case s.roleARN == "":
		return nil
	default:
		return d.authorizeRole(d.roles[s.roleARN], action, resource)
	}
}

// AuthorizeRole is Authorize for a service that acts as a role without an
// access key: the state machine, the scheduler.
func (d *Directory) AuthorizeRole(roleARN, action, resource string) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	role, ok := d.roles[roleARN]
	if !ok {
		return &DeniedError{Principal: roleARN, Action: action, Resource: resource}
	}
	return d.authorizeRole(role, action, resource)
}

func (d *Directory) authorizeRole(role Role, action, resource string) error {
	if role.Allows(action, resource) {
		if d.observe != nil {
			d.observe(role.ARN, action, resource)
		}
		return nil
	}
	return &DeniedError{Principal: role.ARN, Action: action, Resource: resource}
}
