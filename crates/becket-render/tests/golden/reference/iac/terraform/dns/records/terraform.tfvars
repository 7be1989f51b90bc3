platform  = "storefront"
api_hosts = { prod-dr = "kubernetes.prod-dr.acme.example" }

environments = {
  dev = {
    domain   = "dev.acme.example"
    clusters = ["nonprod"]
    hosts    = ["www.dev.acme.example"]
  }
  qa = {
    domain   = "qa.acme.example"
    clusters = ["nonprod"]
    hosts    = ["www.qa.acme.example"]
  }
  uat = {
    domain   = "uat.acme.example"
    clusters = ["nonprod"]
    hosts    = ["www.uat.acme.example"]
  }
  pre-prod = {
    domain   = "pre-prod.acme.example"
    clusters = ["nonprod"]
    hosts    = ["www.pre-prod.acme.example"]
  }
  prod = {
    domain   = "acme.example"
    clusters = ["prod", "prod-dr"]
    hosts    = ["www.acme.example"]
  }
}
