# The token is GITHUB_TOKEN's, or that of `gh auth login`.
provider "github" {
  owner = var.organisation
}
