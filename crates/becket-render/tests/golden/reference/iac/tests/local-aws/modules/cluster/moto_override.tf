# moto 5.2 does not keep the first three, and would have the cluster made anew; the fourth is the module's own.
resource "aws_eks_cluster" "this" {
  lifecycle {
    ignore_changes = [access_config, bootstrap_self_managed_addons, upgrade_policy, vpc_config[0].subnet_ids]
  }
}
