package wire

// Environment is what a response says about the execution environment that it came
// from, by the headers that the module functions set (functions/CONTRACT.md).
type Environment struct {
	// ID is a hash of x-environment-id; 0: the response had none.
	ID uint64
	// Invocation counts in this environment from 1; 0: the response did not say.
	Invocation int
	// Initialization is how the environment was started.
	Initialization Initialization
}

// Initialization is AWS_LAMBDA_INITIALIZATION_TYPE.
type Initialization uint8

// The initialization types that AWS has.
const (
	UnknownInitialization Initialization = iota
	OnDemand
	ProvisionedConcurrency
	SnapStart
	ManagedInstances
)

var initializations = [...]string{"", "on-demand", "provisioned-concurrency", "snap-start", "lambda-managed-instances"}

// String is AWS's word, or empty.
func (i Initialization) String() string { return initializations[i] }

func parseInitialization(value []byte) Initialization {
	for i, name := range initializations {
		if i > 0 && string(value) == name {
			return Initialization(i)
		}
	}
	return UnknownInitialization
}

func parseInvocation(value []byte) int {
	n := 0
	for _, c := range value {
		if !isDigit(c) || n > 1<<40 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// hash is FNV-1a, never 0 for a value that is there.
func hash(value []byte) uint64 {
	if len(value) == 0 {
		return 0
	}
	h := uint64(14695981039346656037)
	for _, c := range value {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return max(h, 1)
}

// ParseEnvironment reads the same from values that another parser took from the headers.
func ParseEnvironment(id, invocation, initialization string) Environment {
	return Environment{hash([]byte(id)), parseInvocation([]byte(invocation)), parseInitialization([]byte(initialization))}
}
