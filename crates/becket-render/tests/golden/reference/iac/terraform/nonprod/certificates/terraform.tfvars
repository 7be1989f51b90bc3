platform = "storefront"
cluster  = "nonprod"
account  = "111111111111"
region   = "eu-west-1"

certificates = {
  "dev.acme.example"      = ["*.dev.acme.example"]
  "qa.acme.example"       = ["*.qa.acme.example"]
  "uat.acme.example"      = ["*.uat.acme.example"]
  "pre-prod.acme.example" = ["*.pre-prod.acme.example"]
}
