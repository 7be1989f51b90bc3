platform           = "storefront"
cluster            = "nonprod"
account            = "111111111111"
region             = "eu-west-1"
kubernetes_version = "1.36"
teams              = { platform = "admin", shop = "developer", release-managers = "releaser" }

managed_nodes = {
  general = {
    instance_types = ["m7i.large", "m7a.large"]
    disk_size      = 50
    capacity       = "spot"
    min            = 3
    desired        = 3
    max            = 9
  }
}

self_managed_nodes = {
  batch = {
    instance_types = ["c7i.xlarge", "c7a.xlarge"]
    disk_size      = 80
    capacity       = "spot"
    min            = 0
    desired        = 1
    max            = 6
    scale_on_cpu   = 60
  }
}
