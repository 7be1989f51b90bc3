platform = "example-platform"
cluster  = "example-cluster"
account  = "111122223333"
region   = "example-region"
identity = "pod-identity"

databases = {
  example-service-example-environment = {
    kind       = "rds"
    production = false
  }
}

tables = {
  example-service-example-environment = {
    service     = "example-service"
    environment = "example-environment"
    production  = false
    tables = {
      example-table = {
        name = "example-platform-example-environment-example-service-example-table"
        key  = "id"
      }
    }
  }
}
