platform      = "storefront"
account       = "222222222222"
region        = "eu-west-1"
teams         = { platform = "admin", shop = "developer", release-managers = "releaser" }
clusters      = ["prod", "prod-dr"]
repository    = "acme/iac"
state_bucket  = "acme-storefront-terraform-prod"
bucket_prefix = "acme-storefront"
