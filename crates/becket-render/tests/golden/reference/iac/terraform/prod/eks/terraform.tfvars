platform              = "storefront"
cluster               = "prod"
account               = "222222222222"
region                = "eu-west-1"
kubernetes_version    = "1.36"
teams                 = { platform = "admin", shop = "developer", release-managers = "releaser" }
argocd_reaches_others = true

managed_nodes = {
  general = {
    instance_types = ["m7i.xlarge"]
    disk_size      = 100
    min            = 3
    desired        = 6
    max            = 18
  }
}
