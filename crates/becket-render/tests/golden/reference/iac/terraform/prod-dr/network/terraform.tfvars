platform = "storefront"
cluster  = "prod-dr"
account  = "222222222222"
region   = "eu-central-1"
cidr     = "10.30.0.0/16"

subnets = {
  eu-central-1a = { public = "10.30.0.0/22", private = "10.30.32.0/19" }
  eu-central-1b = { public = "10.30.4.0/22", private = "10.30.64.0/19" }
  eu-central-1c = { public = "10.30.8.0/22", private = "10.30.96.0/19" }
}
