platform           = "storefront"
cluster            = "prod"
account            = "222222222222"
region             = "eu-west-1"
availability_zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
