platform = "storefront"
cluster  = "prod"
account  = "222222222222"
region   = "eu-west-1"

certificates = {
  "acme.example" = ["*.acme.example"]
}
