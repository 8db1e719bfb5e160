package stack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// TestResourcesOfToday compares what the runtimes of today, and SnapStart, add to the
// default stage and change of it to a file that is reviewed like code.
func TestResourcesOfToday(t *testing.T) {
	before := map[string]string{}
	resources, _ := define(t, "dev", nil)
	for _, r := range resources {
		var text strings.Builder
		r.write(&text)
		before[r.typ+" "+r.name] = text.String()
	}
	resources, _ = define(t, "dev", map[string]string{"include": "current,snapstart"})
	var added strings.Builder
	for _, r := range resources {
		var text strings.Builder
		r.write(&text)
		if before[r.typ+" "+r.name] != text.String() {
			added.WriteString(text.String())
		}
		delete(before, r.typ+" "+r.name)
	}
	if len(before) > 0 {
		t.Errorf("%d resources of the default stage are gone", len(before))
	}
	golden.Compare(t, "today.golden", added.String())
}

// templates are the texts of the templates of a stage, by their stacks' names.
func templates(t *testing.T, c stage.Config, artifacts Artifacts) map[string]string {
	t.Helper()
	resources, _ := defineArtifacts(t, "dev", c, artifacts)
	byURL, texts := map[string]string{}, map[string]string{}
	for _, r := range resources {
		if content, ok := r.inputs["content"].(string); ok && short(r.typ) == "s3/BucketObjectv2" {
			byURL["https://code.s3.example/"+r.inputs["key"].(string)] = content
		}
	}
	for _, r := range resources {
		if short(r.typ) == "cloudformation/Stack" {
			text, ok := byURL[r.inputs["templateUrl"].(string)]
			if !ok {
				t.Errorf("stack %s: template %s is not in the bucket", r.name, r.inputs["templateUrl"])
			}
			texts[r.name] = text
		}
	}
	return texts
}

// resourcesOf reads a template.
func resourcesOf(t *testing.T, text string) map[string]templateResource {
	t.Helper()
	var template templateJSON
	if err := json.Unmarshal([]byte(text), &template); err != nil {
		t.Fatal(err)
	}
	return template.Resources
}

// today is a stage with the runtimes of today in some memory sizes.
func today(t *testing.T, memoryMB string) stage.Config {
	t.Helper()
	c, err := stage.ParseConfig(map[string]string{"include": "current,snapstart", "memoryMB": memoryMB})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// refused are the cells of a stage that Pulumi's AWS provider refuses.
func refused(c stage.Config) []matrix.Variant {
	return slices.DeleteFunc(c.Benchmarked(), func(v matrix.Variant) bool { return !lifecycle.ReadProvider().Refuses(v.Runtime) })
}

// Every function that the provider refuses is in one template, no template is larger
// than CloudFormation allows, though one for all would be, and a new memory size leaves
// all others as they are.
func TestTemplates(t *testing.T) {
	var sizes []string
	for memoryMB := 128; memoryMB <= 40*128; memoryMB += 128 {
		sizes = append(sizes, fmt.Sprint(memoryMB))
	}
	c := today(t, "["+strings.Join(sizes, ",")+"]")
	all := templates(t, c, zips(refused(c)))
	var got, want []string
	for name, text := range all {
		resources := resourcesOf(t, text)
		if len(resources) > 500 || len(text) > 51_200 {
			t.Errorf("template %s has %d resources and %d bytes", name, len(resources), len(text))
		}
		for _, r := range resources {
			got = append(got, r.Properties.FunctionName)
		}
	}
	for _, v := range refused(c) {
		want = append(want, "lambda-benchmark-dev-"+v.Name())
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" || len(want) <= 500 {
		t.Errorf("%d functions in templates (-want +got):\n%s", len(want), diff)
	}

	c = today(t, "["+strings.Join(sizes[1:], ",")+"]")
	fewer := templates(t, c, zips(refused(c)))
	delete(all, "functions-128")
	if diff := cmp.Diff(all, fewer); diff != "" {
		t.Errorf("templates without the smallest size (-with +without):\n%s", diff)
	}
}

// A change of code changes its functions' entries and no others, and the names of
// what has changed.
func TestTemplateOfChangedCode(t *testing.T) {
	c := today(t, "[512]")
	changed := zips(c.All())
	before := templates(t, c, maps.Clone(changed))["functions-512"]
	for v := range changed {
		if v.Runtime == "java25" && v.Architecture == functions.ARM64 && !v.SnapStart {
			changed[v] = artifact.Artifact{Path: changed[v].Path, SHA256: "another"}
		}
	}
	after := templates(t, c, changed)["functions-512"]
	was, is := resourcesOf(t, before), resourcesOf(t, after)
	f := is["HelloJava25Arm64512"]
	if f.Properties.Code.S3Key != "code/another.zip" {
		t.Errorf("the changed function has the code %s", f.Properties.Code.S3Key)
	}
	f.Properties.Code = was["HelloJava25Arm64512"].Properties.Code
	is["HelloJava25Arm64512"] = f
	if diff := cmp.Diff(was, is); diff != "" {
		t.Errorf("besides its code (-was +is):\n%s", diff)
	}
}

// Zips of the same content are in the bucket once.
func TestCodeIsUploadedOnce(t *testing.T) {
	c := today(t, "[128, 512]")
	resources, _ := defineArtifacts(t, "dev", c, zips(c.All()))
	hashes := map[string]bool{}
	for _, zip := range zips(refused(c)) {
		hashes[zip.SHA256] = true
	}
	n := 0
	for _, r := range resources {
		if short(r.typ) == "s3/BucketObjectv2" && strings.HasPrefix(r.name, codeFolder) {
			n++
		}
	}
	if n != len(hashes) || n == 0 {
		t.Errorf("%d zips in the bucket, want %d", n, len(hashes))
	}
}

// The users of the stack cannot tell how a function was deployed.
func TestDeployedByCloudFormation(t *testing.T) {
	_, outputs := define(t, "dev", map[string]string{"include": "current", "exclude": "python,dotnet,java,go,rust,x86_64"})
	var got []string
	for _, f := range value(t, outputs.Deployed).Functions {
		if f.Variant.Function != stage.Hello {
			continue
		}
		got = append(got, fmt.Sprintf("%s %s %s %v %q", f.ARN[strings.LastIndex(f.ARN, ":"):], f.LogGroup, f.SHA256, f.Owned, f.Qualifier))
	}
	want := []string{
		`:lambda-benchmark-dev-hello-nodejs18-arm64-512 /aws/lambda/lambda-benchmark-dev-hello-nodejs18-arm64-512 hash of hello-nodejs-arm64.zip true ""`,
		`:lambda-benchmark-dev-hello-nodejs22-arm64-512 /aws/lambda/lambda-benchmark-dev-hello-nodejs22-arm64-512 hash of hello-nodejs-arm64.zip true ""`,
		`:lambda-benchmark-dev-hello-nodejs24-arm64-512 /aws/lambda/lambda-benchmark-dev-hello-nodejs24-arm64-512 hash of hello-nodejs-arm64.zip true ""`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deployed (-want +got):\n%s", diff)
	}
}

// TestLogicalIDs holds the catalogue's variants to have different names in templates.
func TestLogicalIDs(t *testing.T) {
	seen := map[string]matrix.Variant{}
	for _, row := range functions.Catalogue() {
		for _, v := range matrix.Expand(row, []int{128, 10240}) {
			for _, v.SnapStart = range []bool{false, true} {
				id := logicalID(v)
				if other, ok := seen[id]; ok {
					t.Errorf("%v and %v are both called %s", other, v, id)
				}
				seen[id] = v
				if strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != "" {
					t.Errorf("%v is called %s", v, id)
				}
			}
		}
	}
}
