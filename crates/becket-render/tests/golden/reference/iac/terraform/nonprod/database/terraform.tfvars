platform = "storefront"
cluster  = "nonprod"
account  = "111111111111"
region   = "eu-west-1"

databases = {
  catalog-dev = {
    kind       = "rds"
    production = false
  }
  catalog-qa = {
    kind       = "rds"
    production = false
  }
  catalog-uat = {
    kind       = "rds"
    production = false
  }
  catalog-pre-prod = {
    kind       = "rds"
    production = false
  }
  orders-dev = {
    kind       = "aurora"
    production = false
  }
  orders-qa = {
    kind       = "aurora"
    production = false
  }
  orders-uat = {
    kind       = "aurora"
    production = false
  }
  orders-pre-prod = {
    kind       = "aurora"
    production = false
  }
}

tables = {
  orders-dev = {
    service     = "orders"
    environment = "dev"
    production  = false
    tables = {
      carts = {
        name = "storefront-dev-orders-carts"
        key  = "cart_id"
      }
    }
  }
  orders-qa = {
    service     = "orders"
    environment = "qa"
    production  = false
    tables = {
      carts = {
        name = "storefront-qa-orders-carts"
        key  = "cart_id"
      }
    }
  }
  orders-uat = {
    service     = "orders"
    environment = "uat"
    production  = false
    tables = {
      carts = {
        name = "storefront-uat-orders-carts"
        key  = "cart_id"
      }
    }
  }
  orders-pre-prod = {
    service     = "orders"
    environment = "pre-prod"
    production  = false
    tables = {
      carts = {
        name = "storefront-pre-prod-orders-carts"
        key  = "cart_id"
      }
    }
  }
}
