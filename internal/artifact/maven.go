package artifact

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// mavenRecipe ships what is in the shaded jar, as Lambda unpacks it when a jar
// is uploaded.
var mavenRecipe = &recipe{
	name: "maven", portable: true,
	hint:  "install Maven and a JDK 21 or newer (JAVA_HOME or one of the usual folders), such as Amazon Corretto 21",
	image: always("public.ecr.aws/sam/build-java21"),
	find:  findMaven,
	build: buildMaven,
	keep:  func(name string) bool { return name != "META-INF/MANIFEST.MF" },
}

const minimumJDK = 21

func findMaven(ctx context.Context, _ *job) (toolchain, error) {
	jdk, ok := findJDK(minimumJDK)
	if !ok {
		return toolchain{}, absence{fmt.Sprintf("a JDK %d or newer", minimumJDK)}
	}
	variables := []string{"JAVA_HOME=" + jdk.home}
	v, err := tooOldOrMissing(ctx, "Maven", "3.6.3", variables, "mvn", "-B", "--version")
	return toolchain{version: fmt.Sprintf("Maven %s, JDK %s", v, jdk.version), variables: variables}, err
}

func buildMaven(ctx context.Context, j *job) (string, error) {
	dir, err := j.stageSources(ctx)
	if err != nil {
		return "", err
	}
	if err := j.run(ctx, dir, nil, "mvn", "-q", "-B", "-ntp", "package"); err != nil {
		return "", err
	}
	jars, err := filepath.Glob(filepath.Join(dir, "target", "*.jar"))
	if err != nil {
		return "", err
	}
	var shaded string
	for _, jar := range jars {
		if name := filepath.Base(jar); !isOriginalJar(name) {
			if shaded != "" {
				return "", fmt.Errorf("maven made more than one jar: %s and %s", filepath.Base(shaded), name)
			}
			shaded = jar
		}
	}
	if shaded == "" {
		return "", fmt.Errorf("maven made no jar in target")
	}
	unpacked := filepath.Join(dir, "unpacked")
	if err := os.Mkdir(unpacked, 0o777); err != nil {
		return "", err
	}
	return unpacked, extract(shaded, unpacked, MaxUnpacked)
}

// isOriginalJar says whether a jar is the one that the shade plugin replaced.
func isOriginalJar(name string) bool {
	const prefix = "original-"
	return len(name) > len(prefix) && name[:len(prefix)] == prefix
}
