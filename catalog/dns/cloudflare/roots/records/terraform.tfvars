platform  = "example-platform"
api_hosts = { example-cluster = "kubernetes.example-cluster.example.com" }

environments = {
  example-environment = {
    domain   = "example.com"
    clusters = ["example-cluster"]
    hosts    = ["www.example.com"]
  }
}
