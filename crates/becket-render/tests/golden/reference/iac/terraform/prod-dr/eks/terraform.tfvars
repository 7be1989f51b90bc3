platform           = "storefront"
cluster            = "prod-dr"
account            = "222222222222"
region             = "eu-central-1"
kubernetes_version = "1.36"
teams              = { platform = "admin", shop = "developer", release-managers = "releaser" }

managed_nodes = {
  general = {
    instance_types = ["m7i.xlarge"]
    os             = "bottlerocket"
    disk_size      = 100
    min            = 1
    desired        = 1
    max            = 18
  }
}
