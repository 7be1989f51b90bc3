# EKS waits until the nodes are ready, which they never are without Cilium: none of these before it is installed.
resource "aws_eks_node_group" "this" {
  for_each = var.cilium_installed ? var.managed : {}

  cluster_name           = var.cluster_name
  node_group_name_prefix = "${each.key}-" # two of them are there while one takes the other's place
  node_role_arn          = aws_iam_role.node["managed"].arn
  subnet_ids             = values(var.private_subnet_ids)
  version                = var.kubernetes_version
  ami_type               = local.ami_types[each.value.os][each.value.architecture]
  capacity_type          = each.value.capacity == "spot" ? "SPOT" : "ON_DEMAND"
  instance_types         = each.value.instance_types

  launch_template {
    id      = aws_launch_template.this[each.key].id
    version = aws_launch_template.this[each.key].latest_version
  }

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.desired
  }

  update_config {
    max_unavailable_percentage = 33
  }

  taint {
    key    = local.taint.key
    value  = local.taint.value
    effect = "NO_EXECUTE"
  }

  # The number of nodes is whoever scales them's from then on. EKS cannot move a group to other subnets: rather than to
  # replace all its nodes for a new zone, the zone is for groups made after it. A zone that goes takes -replace first.
  lifecycle {
    create_before_destroy = true # other instance types are another group to EKS: its nodes come before these are drained
    ignore_changes        = [scaling_config[0].desired_size, subnet_ids]
  }

  depends_on = [aws_iam_role_policy_attachment.node, aws_iam_role_policy.cilium]
}
