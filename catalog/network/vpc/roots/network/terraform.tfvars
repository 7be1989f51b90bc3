platform            = "example-platform"
cluster             = "example-cluster"
account             = "111122223333"
region              = "eu-west-1"
cidr                = "10.10.0.0/16"
ipv6                = true
interface_endpoints = ["ecr.api"]
flow_logs           = { retention_days = 365 }

subnets = {
  eu-west-1a = { public = "10.10.0.0/22", private = "10.10.32.0/19" }
  eu-west-1b = { public = "10.10.4.0/22", private = "10.10.64.0/19" }
  eu-west-1c = { public = "10.10.8.0/22", private = "10.10.96.0/19" }
}
