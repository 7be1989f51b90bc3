terraform {
  backend "s3" {
    bucket       = "example-terraform"
    key          = "example-cluster/example-root.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
