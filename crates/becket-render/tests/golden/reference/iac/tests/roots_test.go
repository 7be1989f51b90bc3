package infrastructure

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// A root of Terraform.
type root struct {
	name      string // such as prod/network
	directory string
	facts     map[string]any
}

// factOf is the root and the output that a part of facts.yaml names, where it names one: a variable, or an entry of one.
func (root root) factOf(part any) (other, output string, found bool) {
	keys, _ := part.(map[string]any)
	relative, hasRoot := keys["root"].(string)
	output, hasOutput := keys["output"].(string)
	return filepath.Join(root.name, relative), output, hasRoot && hasOutput
}

// Where a root works.
type place struct {
	platform, account, region string
	test                      bool // the account is not the root's own
}

// variables are those that are not the root's own in an account for tests: that account, and the name of a bucket, since no
// two in the world have the same.
func (root root) variables(t *testing.T, place place) map[string]any {
	variables := map[string]any{}
	if !place.test {
		return variables
	}
	variables["account"] = place.account
	var own map[string]any
	terraform.GetAllVariablesFromVarFile(t, filepath.Join(root.directory, "terraform.tfvars"), &own)
	if bucket, found := own["bucket"].(string); found {
		variables["bucket"] = bucket + "-" + place.account
	}
	return variables
}

// needs are the roots that must be applied before this one.
func (root root) needs() []string {
	var names []string
	var walk func(part any)
	walk = func(part any) {
		if other, _, found := root.factOf(part); found {
			names = append(names, other)
			return
		}
		if parts, isMap := part.(map[string]any); isMap {
			for _, below := range parts {
				walk(below)
			}
		}
	}
	walk(root.facts)
	return names
}

// given are the variables that the test itself gives roots of this name.
func (root root) given(t *testing.T, local bool) map[string]any {
	given := map[string]any{}
	for _, part := range strings.Split(root.name, "/") {
		files, err := filepath.Glob(filepath.Join("local-aws", "roots", part, "*.tfvars"))
		require.NoError(t, err)
		for _, file := range files {
			var variables map[string]any
			terraform.GetAllVariablesFromVarFile(t, file, &variables)
			if local {
				maps.Copy(given, variables)
			}
		}
	}
	return given
}

// writeFacts gives the root what the roots it needs have put out.
func (root root) writeFacts(t *testing.T, outputs map[string]map[string]any) {
	var values func(part any) any
	values = func(part any) any {
		if other, output, found := root.factOf(part); found {
			value, known := outputs[other][output]
			require.True(t, known, "%s needs output %s of %s", root.name, output, other)
			return value
		}
		below := map[string]any{}
		parts, _ := part.(map[string]any)
		for key, part := range parts {
			below[key] = values(part)
		}
		return below
	}
	text, err := json.Marshal(values(root.facts))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root.directory, "facts.auto.tfvars.json"), text, 0o644))
}

// Providers that need no account beside one of AWS.
var source = regexp.MustCompile(`source\s*=\s*"(?:hashicorp/(?:aws|external|http|local|null|random|time|tls))"`)
var anySource = regexp.MustCompile(`source\s*=\s*"`)

// inOrder are the roots of a directory, each behind those it needs.
func inOrder(t *testing.T, directory string, local bool) []root {
	files, err := filepath.Glob(filepath.Join(directory, "terraform", "*", "*", "versions.tf"))
	require.NoError(t, err)
	waiting := map[string]root{}
	for _, file := range files {
		folder := filepath.Dir(file)
		name, err := filepath.Rel(filepath.Join(directory, "terraform"), folder)
		require.NoError(t, err)
		if strings.HasPrefix(name, "modules/") {
			continue
		}
		root := root{name: name, directory: folder}
		if text, err := os.ReadFile(filepath.Join(folder, "facts.yaml")); err == nil {
			require.NoError(t, yaml.Unmarshal(text, &root.facts), name)
		}
		for variable := range root.given(t, local) {
			delete(root.facts, variable)
		}
		versions, err := os.ReadFile(file)
		require.NoError(t, err)
		if len(source.FindAll(versions, -1)) < len(anySource.FindAll(versions, -1)) {
			t.Logf("not applied: %s: it has a provider that needs an account elsewhere", name)
			continue
		}
		waiting[name] = root
	}
	return sorted(t, waiting)
}

// sorted are the roots in order. Those that need one that is not applied are left out too.
func sorted(t *testing.T, waiting map[string]root) []root {
	var ordered []root
	done := map[string]bool{}
	for progress := true; progress; {
		progress = false
		for _, name := range slices.Sorted(maps.Keys(waiting)) {
			isWaitedFor := func(need string) bool { return !done[need] }
			if !slices.ContainsFunc(waiting[name].needs(), isWaitedFor) {
				ordered = append(ordered, waiting[name])
				done[name] = true
				delete(waiting, name)
				progress = true
			}
		}
	}
	for name, root := range waiting {
		t.Logf("not applied: %s: it needs one of %v that is not", name, root.needs())
	}
	return ordered
}

// placeOf is where a root works: in its own account, which a local AWS has, or in the one for tests.
func placeOf(t *testing.T, root root, account string) place {
	read := func(name string) string {
		return terraform.GetVariableAsStringFromVarFile(t, filepath.Join(root.directory, "terraform.tfvars"), name)
	}
	own := place{platform: read("platform"), account: read("account"), region: read("region")}
	if account == "" {
		return own
	}
	require.NotEqual(t, own.account, account, "the account for tests is one of the platform's")
	return place{platform: own.platform, account: account, region: own.region, test: true}
}
