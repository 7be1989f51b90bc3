platform = "storefront"
cluster  = "prod-dr"
account  = "222222222222"
region   = "eu-central-1"
