platform = "example-platform"
cluster  = "example-cluster"
account  = "111122223333"
region   = "example-region"

certificates = {
  "example.com" = ["*.example.com"]
}
