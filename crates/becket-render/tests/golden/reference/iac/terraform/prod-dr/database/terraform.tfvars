platform = "storefront"
cluster  = "prod-dr"
account  = "222222222222"
region   = "eu-central-1"

databases = {
  catalog-prod = {
    kind       = "rds"
    production = true
    replica_of = "prod"
  }
  orders-prod = {
    kind       = "aurora"
    production = true
    replica_of = "prod"
  }
}

tables = {
  orders-prod = {
    service     = "orders"
    environment = "prod"
    production  = true
    replica_of  = "prod"
    tables = {
      carts = {
        name = "storefront-prod-orders-carts"
        key  = "cart_id"
      }
    }
  }
}
