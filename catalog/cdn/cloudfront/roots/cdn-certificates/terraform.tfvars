platform = "example-platform"
cluster  = "example-cluster"
account  = "111122223333"

certificates = {
  "example.com" = ["*.example.com"]
}
