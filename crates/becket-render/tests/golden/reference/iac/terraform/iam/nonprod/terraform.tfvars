platform      = "storefront"
account       = "111111111111"
region        = "eu-west-1"
teams         = { platform = "admin", shop = "developer", release-managers = "releaser" }
clusters      = ["nonprod"]
repository    = "acme/iac"
state_bucket  = "acme-storefront-terraform"
bucket_prefix = "acme-storefront"
dns           = true
