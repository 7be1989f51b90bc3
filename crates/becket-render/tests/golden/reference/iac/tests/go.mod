module infrastructure

go 1.24.0

require (
	github.com/gruntwork-io/terratest v0.53.0
	github.com/stretchr/testify v1.10.0
	gopkg.in/yaml.v3 v3.0.1
)
