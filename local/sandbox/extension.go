//go:build linux || darwin

package sandbox

import (
	"encoding/json"
	"net/http"
)

// handleRegister takes the registration of an extension: here that is a runtime
// client that wants SIGTERM before its process is killed.
// POST /2020-01-01/extension/register.
func (e *environment) handleRegister() *reply {
	e.extension = true
	c := e.config
	body, err := json.Marshal(map[string]string{
		"functionName": c.FunctionName, "functionVersion": c.Version, "handler": c.Handler, "accountId": c.AccountID,
	})
	if err != nil {
		panic(err) // strings always marshal
	}
	return &reply{status: http.StatusOK, header: []string{"Content-Type", "application/json", "Lambda-Extension-Identifier", e.id}, body: body}
}
