terraform {
  backend "s3" {
    bucket       = "acme-storefront-terraform"
    key          = "nonprod/backups.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
