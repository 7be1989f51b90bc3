// Package infrastructure applies every root of ../terraform, reads what can be predicted, plans again to see no change,
// and destroys all of it.
//
// Against a local AWS: the one at AWS_ENDPOINT_URL, else moto, which is started (pip install 'moto[server]'):
//
//	go test -mod=mod -timeout 60m ./...
//
// Against AWS, in an account that is there for tests only and that the environment has credentials for:
//
//	INFRA_TEST_ACCOUNT=444455556666 go test -mod=mod -timeout 3h ./...
package infrastructure

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/gruntwork-io/terratest/modules/terraform"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What passes when it is tried again, beside what Terratest knows.
var retryable = map[string]string{
	".*RequestLimitExceeded.*":      "AWS was asked too often.",
	".*DependencyViolation.*":       "AWS still takes away what depends on it.",
	".*connection refused.*":        "The local AWS does not answer yet.",
	".*TLS handshake timeout.*":     "The network is slow.",
	".*OperationAbortedException.*": "AWS still works on the last change.",
}

func TestInfrastructure(t *testing.T) {
	account := os.Getenv("INFRA_TEST_ACCOUNT")
	local := account == ""
	if local {
		useLocalAWS(t)
	}
	directory := layOut(t, local)
	keepProviders(t, filepath.Join(directory, "providers"))
	roots := inOrder(t, directory, local)
	require.NotEmpty(t, roots)

	places := map[place]bool{}
	// Cleanups run the last one first: what is left is looked for when every root is destroyed.
	t.Cleanup(func() {
		for place := range places {
			left := leftovers(t, directory, place)
			assert.Empty(t, left, "left in %s %s", place.account, place.region)
		}
	})

	outputs := map[string]map[string]any{}
	for _, root := range roots {
		place := placeOf(t, root, account)
		places[place] = true
		root.writeFacts(t, outputs)
		options := optionsOf(t, root.directory, root.variables(t, place))
		t.Cleanup(func() {
			// The others are destroyed whatever becomes of this one.
			_, err := terraform.DestroyE(t, options)
			assert.NoError(t, err, "destroying %s", root.name)
		})
		terraform.InitAndApply(t, options)
		if layOver(t, root, "second-apply", local) {
			terraform.Apply(t, options)
		}
		outputs[root.name] = outputsOf(t, root, options)
		expectValues(t, root, options)
		assert.Zero(t, terraform.PlanExitCode(t, options), "%s would change again", root.name)
	}
}

// keepProviders has every root take its providers from one place: that of AWS is most of a gigabyte.
func keepProviders(t *testing.T, folder string) {
	if os.Getenv("TF_PLUGIN_CACHE_DIR") == "" {
		require.NoError(t, os.Mkdir(folder, 0o755))
		t.Setenv("TF_PLUGIN_CACHE_DIR", folder)
		t.Setenv("TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE", "true")
	}
}

// useLocalAWS starts moto, unless AWS_ENDPOINT_URL names what runs already.
func useLocalAWS(t *testing.T) {
	if os.Getenv("AWS_ENDPOINT_URL") != "" {
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)

	// What Python runs first.
	server, err := filepath.Abs(filepath.Join("local-aws", "server"))
	require.NoError(t, err)
	moto := exec.Command("moto_server", "-H", "127.0.0.1", "-p", port)
	moto.Env = append(os.Environ(), "MOTO_IAM_LOAD_MANAGED_POLICIES=true", "PYTHONPATH="+server)
	require.NoError(t, moto.Start(), "install it: pip install 'moto[server]'")
	t.Cleanup(func() {
		_ = moto.Process.Kill()
		_ = moto.Wait()
	})
	answers := func() bool {
		connection, err := net.Dial("tcp", address)
		return err == nil && connection.Close() == nil
	}
	require.Eventually(t, answers, time.Minute, 100*time.Millisecond, "moto does not answer")
	t.Setenv("AWS_ENDPOINT_URL", "http://"+address)
}

// optionsOf is how Terraform is run in a root. A test fails on any error of init and apply that does not pass.
func optionsOf(t *testing.T, directory string, variables map[string]any) *terraform.Options {
	options := terraform.WithDefaultRetryableErrors(t, &terraform.Options{
		TerraformDir: directory,
		Vars:         variables,
		NoColor:      true,
	})
	for pattern, reason := range retryable {
		options.RetryableTerraformErrors[pattern] = reason
	}
	options.MaxRetries = 3
	options.TimeBetweenRetries = 10 * time.Second
	return options
}

var declared = regexp.MustCompile(`(?m)^output "([^"]+)"`)

// outputsOf are the outputs of a root; of those that it declares, Terraform leaves out the ones that are null.
func outputsOf(t *testing.T, root root, options *terraform.Options) map[string]any {
	outputs := terraform.OutputAll(t, options)
	text, err := os.ReadFile(filepath.Join(root.directory, "outputs.tf"))
	if errors.Is(err, fs.ErrNotExist) {
		return outputs
	}
	require.NoError(t, err)
	for _, match := range declared.FindAllStringSubmatch(string(text), -1) {
		if _, known := outputs[match[1]]; !known {
			outputs[match[1]] = nil
		}
	}
	return outputs
}

// leftovers are what still bears the platform's name in an account and region.
func leftovers(t *testing.T, directory string, place place) []string {
	folder := filepath.Join(directory, "leftovers-"+place.account+"-"+place.region)
	copyFolder(t, filepath.Join(directory, "leftovers"), folder)
	options := optionsOf(t, folder, map[string]any{
		"platform": place.platform,
		"region":   place.region,
		"account":  place.account,
	})
	terraform.InitAndApply(t, options)
	return terraform.OutputList(t, options, "leftovers")
}
