platform = "storefront"
cluster  = "prod"
account  = "222222222222"
region   = "eu-west-1"
cidr     = "10.20.0.0/16"

subnets = {
  eu-west-1a = { public = "10.20.0.0/22", private = "10.20.32.0/19" }
  eu-west-1b = { public = "10.20.4.0/22", private = "10.20.64.0/19" }
  eu-west-1c = { public = "10.20.8.0/22", private = "10.20.96.0/19" }
}
