package program

import (
	"os"
	"slices"
	"strings"
)

// passed are the variables of this process that a foreign program is given:
// where things are on this machine, and how to reach a registry. Nothing else is
// passed on: credentials stay here, and what a program does does not depend on
// the shell that we were started from.
var passed = []string{
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
	// Proxies and certificates.
	"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
	// Toolchains and version managers.
	"GOPATH", "GOCACHE", "GOMODCACHE", "GOTOOLCHAIN", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN",
	"JAVA_HOME", "MAVEN_HOME", "M2_HOME", "DOTNET_ROOT", "PYENV_ROOT", "NVM_DIR", "VOLTA_HOME", "ASDF_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR",
	// Registries.
	"GOPROXY", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOINSECURE",
	"MAVEN_OPTS", "MAVEN_ARGS", "NUGET_PACKAGES", "RUSTUP_DIST_SERVER", "RUSTUP_UPDATE_ROOT",
	"PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT",
	"PIP_PROXY", "PIP_CACHE_DIR", "PIP_DEFAULT_TIMEOUT",
	// Docker.
	"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY",
	// Windows.
	"SystemRoot", "SystemDrive", "ComSpec", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
	"ProgramData", "ProgramFiles", "ProgramFiles(x86)",
}

// passedNPM are npm's settings that are passed, without the prefix npm_config_
// and in lower case: npm takes both cases.
var passedNPM = []string{
	"registry", "userconfig", "globalconfig", "cache", "cafile", "ca", "strict_ssl", "proxy", "https_proxy", "noproxy",
}

// passedPrefixes begin the names of cargo's settings for its network.
var passedPrefixes = []string{"CARGO_HTTP_", "CARGO_NET_"}

// Environment is the environment of a foreign program, with further variables
// that win over those of this process.
func Environment(variables ...string) []string {
	env := []string{"LANG=C.UTF-8", "CI=true"} // CI: no questions, no progress bars
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); isSetting(name) {
			env = append(env, variable)
		}
	}
	return append(env, variables...)
}

// isSetting says whether a variable is a setting of npm or cargo that is passed.
func isSetting(name string) bool {
	for _, prefix := range passedPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	setting, ok := strings.CutPrefix(strings.ToLower(name), "npm_config_")
	return ok && slices.Contains(passedNPM, setting)
}
