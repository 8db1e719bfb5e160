package runtimes

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const mavenDependency = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"

// copyDependencies has Maven copy an artefact, named group:artefact, and what it
// needs into a folder. home is a Java to run Maven with.
func copyDependencies(ctx context.Context, name, version, home, into, scratch string) error {
	maven, err := exec.LookPath("mvn")
	if err != nil {
		return errNoClient
	}
	group, artefact, _ := strings.Cut(name, ":")
	project := fmt.Sprintf(`<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>client</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>%s</groupId>
      <artifactId>%s</artifactId>
      <version>%s</version>
    </dependency>
  </dependencies>
</project>
`, group, artefact, version)
	if err := os.WriteFile(filepath.Join(scratch, "pom.xml"), []byte(project), 0o644); err != nil {
		return err
	}
	fetch := command{
		argv:  []string{maven, "--batch-mode", "--quiet", "--strict-checksums", mavenDependency, "-DincludeScope=runtime", "-DoutputDirectory=" + into},
		dir:   scratch,
		limit: 10 * time.Minute,
	}
	// Maven brings no Java. The one that we found is enough for it, but the host's own knows the host's certificates.
	if _, err := exec.LookPath("java"); err != nil && os.Getenv("JAVA_HOME") == "" {
		fetch.variables = []string{"JAVA_HOME=" + home}
	}
	_, _, err = fetch.run(ctx)
	return err
}
