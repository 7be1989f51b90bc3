platform = "example-platform"
account  = "111122223333"
region   = "eu-west-1"
bucket   = "example-terraform"
