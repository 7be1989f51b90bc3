platform = "storefront"
account  = "111111111111"
region   = "eu-west-1"
bucket   = "acme-storefront-terraform"
