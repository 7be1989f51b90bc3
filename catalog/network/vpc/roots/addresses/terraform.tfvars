platform           = "example-platform"
cluster            = "example-cluster"
account            = "111122223333"
region             = "eu-west-1"
availability_zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
