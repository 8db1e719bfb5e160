package lambda

import (
	"maps"
	"slices"
)

// Alias is a name for a version, as GetAlias describes it.
type Alias struct {
	ARN, Name string
	// Version is $LATEST or a number.
	Version, RevisionID string
}

// aliasPattern is as AWS's validation errors print it.
const aliasPattern = `(?!^[0-9]+$)([a-zA-Z0-9-_]+)`

// CreateAlias points an alias at a version and returns the alias's ARN.
func (s *Service) CreateAlias(function, alias, version string) (arn string, err error) {
	f, err := s.unqualified(function)
	if err != nil {
		return "", err
	}
	if err := checkAlias(alias); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	arn = f.arn + ":" + alias
	if _, ok := f.aliases[alias]; ok {
		return "", conflict("Alias already exists: %s", arn)
	}
	if version != latest && !numberRE.MatchString(version) || f.versionLocked(version) == nil {
		return "", notFound(f.arn + ":" + version)
	}
	f.aliases[alias] = Alias{ARN: arn, Name: alias, Version: version, RevisionID: newUUID()}
	return arn, nil
}

func checkAlias(name string) error {
	if !plainNameRE.MatchString(name) || numberRE.MatchString(name) {
		return invalidValue(name, "name", "Member must satisfy regular expression pattern: "+aliasPattern)
	}
	return nil
}

// GetAlias describes an alias.
func (s *Service) GetAlias(function, name string) (Alias, error) {
	f, err := s.unqualified(function)
	if err != nil {
		return Alias{}, err
	}
	if err := checkAlias(name); err != nil {
		return Alias{}, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	a, ok := f.aliases[name]
	if !ok {
		return Alias{}, aliasNotFound(f.arn + ":" + name)
	}
	return a, nil
}

// ListAliases describes a function's aliases, sorted by name: those of one
// version, or all if it is empty.
func (s *Service) ListAliases(function, version string) ([]Alias, error) {
	f, err := s.unqualified(function)
	if err != nil {
		return nil, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	list := make([]Alias, 0, len(f.aliases))
	for _, name := range slices.Sorted(maps.Keys(f.aliases)) {
		if a := f.aliases[name]; version == "" || version == a.Version {
			list = append(list, a)
		}
	}
	return list, nil
}
