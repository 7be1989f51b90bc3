platform = "storefront"
cluster  = "prod"
account  = "222222222222"
region   = "eu-west-1"

databases = {
  catalog-prod = {
    kind            = "rds"
    production      = true
    replica_regions = ["eu-central-1"]
  }
  orders-prod = {
    kind            = "aurora"
    production      = true
    replica_regions = ["eu-central-1"]
  }
}

tables = {
  orders-prod = {
    service         = "orders"
    environment     = "prod"
    production      = true
    replica_regions = ["eu-central-1"]
    tables = {
      carts = {
        name = "storefront-prod-orders-carts"
        key  = "cart_id"
      }
    }
  }
}
