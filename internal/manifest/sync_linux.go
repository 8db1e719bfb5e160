package manifest

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncFileSystem writes all that is pending of a folder's file system: one call,
// where a folder of modules has thousands of files.
func syncFileSystem(root string) (done bool, err error) {
	file, err := os.Open(root)
	if err != nil {
		return true, err
	}
	defer file.Close()
	return true, os.NewSyscallError("syncfs", unix.Syncfs(int(file.Fd())))
}
