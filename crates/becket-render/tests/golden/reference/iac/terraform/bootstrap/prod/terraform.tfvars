platform = "storefront"
account  = "222222222222"
region   = "eu-west-1"
bucket   = "acme-storefront-terraform-prod"
