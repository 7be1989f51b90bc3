platform              = "example-platform"
cluster               = "example-cluster"
account               = "111122223333"
region                = "example-region"
kubernetes_version    = "1.36"
public_access_cidrs   = ["192.0.2.0/24"]
identity              = "pod-identity"
teams                 = { example-team = "developer" }
argocd_reaches_others = true

managed_nodes = {
  example-general = {
    instance_types = ["m7i.large"]
    disk_size      = 50
    min            = 3
    desired        = 3
    max            = 9
  }
}

self_managed_nodes = {
  example-batch = {
    instance_types = ["c7i.xlarge"]
    disk_size      = 80
    capacity       = "spot"
    min            = 0
    desired        = 1
    max            = 6
    scale_on_cpu   = 60
  }
}
