platform           = "storefront"
cluster            = "prod-dr"
account            = "222222222222"
region             = "eu-central-1"
availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
