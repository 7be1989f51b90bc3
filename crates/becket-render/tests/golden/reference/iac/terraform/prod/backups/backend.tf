terraform {
  backend "s3" {
    bucket       = "acme-storefront-terraform-prod"
    key          = "prod/backups.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
