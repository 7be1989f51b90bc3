package infrastructure

import (
	"encoding/json"
	"net"
	"path/filepath"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What of terraform.tfvars AWS must give back.
type variables struct {
	Cidr              string                       `json:"cidr"`
	Subnets           map[string]map[string]string `json:"subnets"`
	AvailabilityZones []string                     `json:"availability_zones"`
}

// A module in what `terraform show -json` prints.
type module struct {
	Resources []struct {
		Type   string         `json:"type"`
		Values map[string]any `json:"values"`
	} `json:"resources"`
	ChildModules []module `json:"child_modules"`
}

// expectValues compares what AWS made with what was known before: the ranges of the network and its subnets, and an
// external address for each zone.
func expectValues(t *testing.T, root root, options *terraform.Options) {
	wanted := variablesOf(t, root)
	var shown struct {
		Values struct {
			RootModule module `json:"root_module"`
		} `json:"values"`
	}
	require.NoError(t, json.Unmarshal([]byte(terraform.Show(t, options)), &shown))
	there := shown.Values.RootModule

	if wanted.Cidr != "" {
		assert.Equal(t, []string{wanted.Cidr}, there.values("aws_vpc", "cidr_block"), root.name)
	}
	if wanted.Subnets != nil {
		var ranges []string
		for _, zone := range wanted.Subnets {
			for _, network := range zone {
				ranges = append(ranges, network)
			}
		}
		assert.ElementsMatch(t, ranges, there.values("aws_subnet", "cidr_block"), root.name)
	}
	if wanted.AvailabilityZones != nil {
		addresses := there.values("aws_eip", "public_ip")
		assert.Len(t, addresses, len(wanted.AvailabilityZones), root.name)
		for _, address := range addresses {
			assert.NotNil(t, net.ParseIP(address), "%s is no address", address)
		}
	}
}

func variablesOf(t *testing.T, root root) variables {
	var values map[string]any
	terraform.GetAllVariablesFromVarFile(t, filepath.Join(root.directory, "terraform.tfvars"), &values)
	text, err := json.Marshal(values)
	require.NoError(t, err)
	var known variables
	require.NoError(t, json.Unmarshal(text, &known))
	return known
}

// values are those of an attribute of all resources of a type.
func (module module) values(kind, attribute string) []string {
	var found []string
	for _, resource := range module.Resources {
		if text, isText := resource.Values[attribute].(string); isText && resource.Type == kind {
			found = append(found, text)
		}
	}
	for _, child := range module.ChildModules {
		found = append(found, child.values(kind, attribute)...)
	}
	return found
}
