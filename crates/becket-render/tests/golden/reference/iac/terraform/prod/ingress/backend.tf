terraform {
  backend "s3" {
    bucket       = "acme-storefront-terraform-prod"
    key          = "prod/ingress.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
