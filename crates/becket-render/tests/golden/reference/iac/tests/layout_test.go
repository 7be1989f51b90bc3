package infrastructure

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is laid over against AWS too: states beside the roots, and nothing that refuses to be destroyed.
var everywhere = []string{"backend_override.tf", "destroy_override.tf"}

// layOut copies the Terraform into a directory of the test's own and lays over it what a test needs.
func layOut(t *testing.T, local bool) string {
	directory := t.TempDir()
	copyFolder(t, filepath.Join("..", "terraform"), filepath.Join(directory, "terraform"))
	copyFolder(t, "leftovers", filepath.Join(directory, "leftovers"))
	modules, err := filepath.Glob(filepath.Join("local-aws", "modules", "*"))
	require.NoError(t, err)
	for _, module := range modules {
		to := filepath.Join(directory, "terraform", "modules", filepath.Base(module))
		if _, err := os.Stat(to); err == nil {
			copyOverrides(t, module, to, local)
		}
	}
	copyOverrides(t, filepath.Join("local-aws", "every-root"), filepath.Join(directory, "leftovers"), local)
	for _, root := range inOrder(t, directory, local) {
		copyOverrides(t, filepath.Join("local-aws", "every-root"), root.directory, local)
		layOver(t, root, "roots", local)
	}
	return directory
}

// layOver lays over a root what there is for roots of its name, and says whether there was anything.
func layOver(t *testing.T, root root, folder string, local bool) bool {
	found := false
	for _, part := range strings.Split(root.name, "/") {
		from := filepath.Join("local-aws", folder, part)
		if _, err := os.Stat(from); err == nil && local {
			copyOverrides(t, from, root.directory, local)
			found = true
		}
	}
	return found
}

func copyOverrides(t *testing.T, from, to string, local bool) {
	entries, err := os.ReadDir(from)
	require.NoError(t, err)
	for _, entry := range entries {
		if local || slices.Contains(everywhere, entry.Name()) {
			copyFile(t, filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name()))
		}
	}
}

// copyFolder copies a folder without what runs of Terraform left in it.
func copyFolder(t *testing.T, from, to string) {
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		relative, err := filepath.Rel(from, path)
		require.NoError(t, err)
		if entry.IsDir() {
			if entry.Name() == ".terraform" {
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, relative), 0o755)
		}
		if strings.HasPrefix(entry.Name(), "terraform.tfstate") || entry.Name() == "facts.auto.tfvars.json" {
			return nil
		}
		copyFile(t, path, filepath.Join(to, relative))
		return nil
	})
	require.NoError(t, err)
}

func copyFile(t *testing.T, from, to string) {
	contents, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, contents, 0o644))
}
