platform = "example-platform"

environments = {
  example-environment = {
    domain   = "example.com"
    clusters = ["example-cluster"]
    hosts    = ["www.example.com"]
  }
}
