# moto 5.2 makes no security group for a cluster, gives node groups a key that nobody asked for, adds the
# template's own tags to those of instances, and shows a policy of target tracking as off.
resource "aws_launch_template" "this" {
  lifecycle {
    ignore_changes = [tag_specifications, vpc_security_group_ids]
  }
}

resource "aws_autoscaling_policy" "cpu" {
  lifecycle {
    ignore_changes = [enabled, predictive_scaling_configuration]
  }
}

resource "aws_eks_node_group" "this" {
  lifecycle {
    ignore_changes = [remote_access, update_config, scaling_config[0].desired_size, subnet_ids]
  }
}
