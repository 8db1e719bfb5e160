package lambda

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCreateFunctionErrors(t *testing.T) {
	s := newService(t, &fakeLauncher{})
	create(t, s)
	for name, test := range map[string]struct {
		change        func(*FunctionConfig)
		code, message string
	}{
		"exists":           {func(c *FunctionConfig) {}, "ResourceConflictException", "Function already exist: hello"},
		"qualified name":   {func(c *FunctionConfig) { c.Name = "a:b" }, "ValidationException", ""},
		"long name":        {func(c *FunctionConfig) { c.Name = strings.Repeat("a", 65) }, "InvalidParameterValueException", ""},
		"little memory":    {func(c *FunctionConfig) { c.MemoryMB = 127 }, "ValidationException", "1 validation error detected: Value '127' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128"},
		"much memory":      {func(c *FunctionConfig) { c.MemoryMB = 10241 }, "ValidationException", "1 validation error detected: Value '10241' at 'memorySize' failed to satisfy constraint: Member must have value less than or equal to 10240"},
		"no timeout":       {func(c *FunctionConfig) { c.Timeout = 0 }, "ValidationException", "1 validation error detected: Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		"long timeout":     {func(c *FunctionConfig) { c.Timeout = 901 * time.Second }, "ValidationException", "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900"},
		"too much reserve": {func(c *FunctionConfig) { n := 901; c.Name, c.ReservedConcurrency = "other", &n }, "InvalidParameterValueException", "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."},
	} {
		t.Run(name, func(t *testing.T) {
			c := testConfig(t, "hello")
			test.change(&c)
			_, _, err := s.CreateFunction(t.Context(), c)
			wantError(t, err, test.code, test.message)
		})
	}
	c := testConfig(t, "changed")
	c.CodeSHA256 = strings.Repeat("0", 64)
	if _, _, err := s.CreateFunction(t.Context(), c); err == nil || !strings.Contains(err.Error(), "changed since it was built") {
		t.Errorf("code with another hash: %v", err)
	}
	if list := s.ListFunctions(); len(list) != 1 || list[0].Name != "hello" || list[0].CodeSize != 15 || len(list[0].CodeSHA256) != 64 {
		t.Errorf("functions: %+v", list)
	}
}

func TestVariables(t *testing.T) {
	const unable = "Lambda was unable to configure your environment variables because the environment variables you have provided "
	for name, test := range map[string]struct {
		variables     map[string]string
		code, message string
	}{
		"none":              {nil, "", ""},
		"allowed":           {map[string]string{"TZ": "UTC", "LANG": "C", "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR"}, "", ""},
		"reserved":          {map[string]string{"AWS_REGION": "x", "STAGE": "dev", "AWS_ACCESS_KEY_ID": "y"}, "InvalidParameterValueException", unable + "contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_ACCESS_KEY_ID, AWS_REGION"},
		"not a name":        {map[string]string{"1A": "x"}, "ValidationException", ""},
		"name of one":       {map[string]string{"A": "x"}, "ValidationException", ""},
		"exactly 4 KB":      {map[string]string{"KEY": strings.Repeat("x", 4096-len(`{"KEY":""}`))}, "", ""},
		"one byte too much": {map[string]string{"KEY": strings.Repeat("x", 4097-len(`{"KEY":""}`))}, "InvalidParameterValueException", unable + `exceeded the 4KB limit. String measured: {"KEY":"` + strings.Repeat("x", 4097-len(`{"KEY":""}`)) + `"}`},
		"ampersands":        {map[string]string{"KEY": strings.Repeat("&", 4000)}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkVariables(test.variables)
			if test.code != "" {
				wantError(t, err, test.code, test.message)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPublish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, &fakeLauncher{})
		create(t, s, func(c *FunctionConfig) { c.Description = "latest" })
		before, _ := s.GetFunction("hello", "")

		one, err := s.PublishVersion("hello", "the first")
		if err != nil || one.Version != "1" || one.Description != "the first" || !strings.HasSuffix(one.ARN, ":function:hello:1") {
			t.Fatalf("first: %+v, %v", one, err)
		}
		if after, _ := s.GetFunction("hello", ""); after.RevisionID == before.RevisionID {
			t.Error("publishing left $LATEST's revision as it was")
		}
		again, err := s.PublishVersion("hello", "unchanged")
		if diff := cmp.Diff(one, again); diff != "" || err != nil {
			t.Errorf("published again: %v\n%s", err, diff)
		}

		update(t, s, ConfigurationChange{Variables: &map[string]string{"NONCE": "1"}})
		if frozen, _ := s.GetFunction("hello", "1"); cmp.Diff(one, frozen) != "" {
			t.Errorf("the update of $LATEST changed version 1: %s", cmp.Diff(one, frozen))
		}
		two, err := s.PublishVersion("hello", "")
		if err != nil || two.Version != "2" || two.Description != "latest" || two.Variables["NONCE"] != "1" {
			t.Errorf("second: %+v, %v", two, err)
		}
		_, err = s.PublishVersion("hello:1", "")
		wantError(t, err, "InvalidParameterValueException", "")
	})
}

func TestCreateAlias(t *testing.T) {
	s := newService(t, &fakeLauncher{})
	create(t, s, func(c *FunctionConfig) { c.Publish = true })
	arn, err := s.CreateAlias("hello", "live", "1")
	if err != nil || arn != "arn:aws:lambda:eu-central-1:123456789012:function:hello:live" {
		t.Fatalf("CreateAlias = %s, %v", arn, err)
	}
	for name, test := range map[string]struct{ function, alias, version, code, message string }{
		"exists":           {"hello", "live", "1", "ResourceConflictException", "Alias already exists: " + arn},
		"number":           {"hello", "2024", "1", "ValidationException", "1 validation error detected: Value '2024' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"},
		"no such version":  {"hello", "next", "10", "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:123456789012:function:hello:10"},
		"of an alias":      {"hello", "next", "live", "ResourceNotFoundException", ""},
		"no version":       {"hello", "next", "", "ResourceNotFoundException", ""},
		"no such function": {"none", "next", "1", "ResourceNotFoundException", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.CreateAlias(test.function, test.alias, test.version)
			wantError(t, err, test.code, test.message)
		})
	}
	if _, err := s.CreateAlias("hello", "head", "$LATEST"); err != nil {
		t.Errorf("alias of $LATEST: %v", err)
	}
}

// update changes the configuration and waits until that is Successful.
func update(t *testing.T, s *Service, change ConfigurationChange) {
	t.Helper()
	if _, err := s.UpdateFunctionConfiguration("hello", change); err != nil {
		t.Fatal(err)
	}
	waitUntilUpdated(t, s)
}

func waitUntilUpdated(t *testing.T, s *Service) {
	t.Helper()
	for {
		c, err := s.GetFunction("hello", "")
		if err != nil {
			t.Fatal(err)
		}
		if c.LastUpdateStatus == "Successful" {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func TestUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{}
		s := newService(t, l)
		create(t, s)
		invoke(t, s, InvokeInput{}) // e1 idles

		before, _ := s.GetFunction("hello", "")
		memory, timeout, description := 1024, 5*time.Second, "new"
		change := ConfigurationChange{Variables: &map[string]string{"NONCE": "1"}, MemoryMB: &memory, Timeout: &timeout, Description: &description, RevisionID: before.RevisionID}
		c, err := s.UpdateFunctionConfiguration("hello", change)
		if err != nil || c.LastUpdateStatus != "InProgress" || c.State != "Active" || c.MemoryMB != 1024 || c.Timeout != timeout ||
			c.Description != "new" || cmp.Diff(c.Variables, map[string]string{"NONCE": "1"}) != "" || c.RevisionID == before.RevisionID {
			t.Errorf("update: %+v, %v", c, err)
		}
		const busy = "The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:eu-central-1:123456789012:function:hello"
		_, err = s.UpdateFunctionConfiguration("hello", ConfigurationChange{})
		wantError(t, err, "ResourceConflictException", busy)
		_, err = s.PublishVersion("hello", "")
		wantError(t, err, "ResourceConflictException", busy)
		if got, _ := s.GetFunction("hello", ""); cmp.Diff(got, c) != "" {
			t.Errorf("GetFunction meanwhile: %s", cmp.Diff(c, got))
		}
		if out := invoke(t, s, InvokeInput{LogTail: true}); string(out.Payload) != `"e1"` {
			t.Errorf("meanwhile served by %s, want the environment of the previous configuration", out.Payload)
		}
		waitUntilUpdated(t, s)
		if !l.environments()[0].closed.Load() {
			t.Error("the idle environment of the previous configuration is still there after the update")
		}
		done, _ := s.GetFunction("hello", "")
		if done.RevisionID == c.RevisionID || done.MemoryMB != 1024 {
			t.Errorf("after the update: %+v", done)
		}
		if out := invoke(t, s, InvokeInput{}); string(out.Payload) != `"e2"` {
			t.Errorf("then served by %s, want a new environment", out.Payload)
		}
		config := l.environments()[1].config
		if config.MemoryMB != 1024 || config.Argv[2] != "1024" || config.Timeout != timeout || cmp.Diff(config.Variables, map[string]string{"NONCE": "1"}) != "" {
			t.Errorf("configuration of the new environment: %+v", config)
		}

		_, err = s.UpdateFunctionConfiguration("hello", ConfigurationChange{RevisionID: before.RevisionID})
		wantError(t, err, "PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
		_, err = s.UpdateFunctionConfiguration("hello", ConfigurationChange{Variables: &map[string]string{"AWS_REGION": "x"}})
		wantError(t, err, "InvalidParameterValueException", "")
		_, err = s.UpdateFunctionConfiguration("none", ConfigurationChange{})
		wantError(t, err, "ResourceNotFoundException", "")
	})
}

// An environment that is busy when the configuration changes finishes, and serves no more.
func TestUpdateWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLauncher{handler: answerAfter(10 * time.Second)}
		s := newService(t, l)
		create(t, s)
		done := make(chan InvokeOutput, 1)
		go func() { done <- invoke(t, s, InvokeInput{LogTail: true}) }()
		synctest.Wait()
		update(t, s, ConfigurationChange{})
		select {
		case <-done:
			t.Fatal("the invocation ended with the update")
		default:
		}
		if l.environments()[0].closed.Load() {
			t.Fatal("the busy environment was closed")
		}
		if out := <-done; string(out.Payload) != `"e1"` || out.FunctionError != "" {
			t.Errorf("the busy invocation ended with %+v", out)
		}
		synctest.Wait()
		if !l.environments()[0].closed.Load() {
			t.Error("the environment of the previous configuration still idles")
		}
	})
}

func TestCallersCannotChangeWhatIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, &fakeLauncher{})
		c := testConfig(t, "hello")
		if _, _, err := s.CreateFunction(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		c.Variables["STAGE"] = "changed behind the back"
		got, _ := s.GetFunction("hello", "")
		got.Variables["STAGE"] = "so too"
		variables := map[string]string{"STAGE": "prod"}
		if got, _ := s.GetFunction("hello", ""); got.Variables["STAGE"] != "dev" {
			t.Errorf("STAGE = %s", got.Variables["STAGE"])
		}
		update(t, s, ConfigurationChange{Variables: &variables})
		variables["STAGE"] = "changed"
		if got, _ := s.GetFunction("hello", ""); got.Variables["STAGE"] != "prod" {
			t.Errorf("STAGE = %s", got.Variables["STAGE"])
		}
	})
}
