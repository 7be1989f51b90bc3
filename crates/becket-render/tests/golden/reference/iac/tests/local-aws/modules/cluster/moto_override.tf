# moto 5.2 does not keep these, and would have the cluster made anew.
resource "aws_eks_cluster" "this" {
  lifecycle {
    ignore_changes = [access_config, bootstrap_self_managed_addons, upgrade_policy]
  }
}
