platform = "example-platform"
cluster  = "example-cluster"
account  = "111122223333"
region   = "example-region"

hosts = {
  "www.example.com" = { origin = "ingress.example.com", certificate = "example.com" }
}
