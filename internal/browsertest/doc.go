// Package browsertest looks at pages in a headless Chromium. Only tests import it.
//
// The browser reaches this machine's servers and nothing else. A test is skipped by name
// where there is no Chromium, or where a tool that it asks cannot be had.
package browsertest
