terraform {
  backend "s3" {
    bucket       = "acme-storefront-terraform"
    key          = "dns/records.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
