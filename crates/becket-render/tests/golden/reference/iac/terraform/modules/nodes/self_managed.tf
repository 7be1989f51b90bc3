# Groups that EKS does not manage. Terraform does not wait for their nodes, so these may start before Cilium.

locals {
  user_data = {
    for name, group in var.self_managed : name => group.os == "bottlerocket" ? local.bottlerocket : local.al2023
  }

  # nodeadm reads this at every start.
  al2023 = yamlencode({
    apiVersion = "node.eks.aws/v1alpha1"
    kind       = "NodeConfig"
    spec = {
      cluster = {
        name                 = var.cluster_name
        apiServerEndpoint    = var.cluster_endpoint
        certificateAuthority = var.cluster_certificate_authority
        cidr                 = var.cluster_service_cidr
      }
      kubelet = {
        flags = ["--register-with-taints=${local.taint.key}=${local.taint.value}:NoExecute"]
      }
    }
  })

  bottlerocket = <<-TOML
    [settings.kubernetes]
    cluster-name = "${var.cluster_name}"
    api-server = "${var.cluster_endpoint}"
    cluster-certificate = "${var.cluster_certificate_authority}"

    [settings.kubernetes.node-taints]
    "${local.taint.key}" = ["${local.taint.value}:NoExecute"]
  TOML
}

resource "aws_autoscaling_group" "this" {
  for_each = var.self_managed

  name                      = "${var.name}-${each.key}"
  min_size                  = each.value.min
  max_size                  = each.value.max
  desired_capacity          = each.value.desired
  vpc_zone_identifier       = values(var.private_subnet_ids)
  capacity_rebalance        = each.value.capacity == "spot"
  wait_for_capacity_timeout = "0"

  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.this[each.key].id
        version            = aws_launch_template.this[each.key].latest_version
      }

      dynamic "override" {
        for_each = each.value.instance_types

        content {
          instance_type = override.value
        }
      }
    }

    instances_distribution {
      on_demand_percentage_above_base_capacity = each.value.capacity == "spot" ? 0 : 100
      spot_allocation_strategy                 = each.value.capacity == "spot" ? "price-capacity-optimized" : null
    }
  }

  # A new launch template reaches the nodes that run, a few at a time.
  dynamic "instance_refresh" {
    for_each = var.instance_refresh ? ["Rolling"] : []

    content {
      strategy = instance_refresh.value

      preferences {
        min_healthy_percentage = 90
      }
    }
  }

  dynamic "tag" {
    for_each = merge(
      local.tags[each.key],
      {
        "kubernetes.io/cluster/${var.cluster_name}" = "owned"
        "aws-node-termination-handler/managed"      = "true" # it drains nodes with this tag only
      },
      # The Cluster Autoscaler finds groups by these, and leaves alone what is scaled on CPU.
      each.value.scale_on_cpu != null ? {} : {
        "k8s.io/cluster-autoscaler/enabled"             = "true"
        "k8s.io/cluster-autoscaler/${var.cluster_name}" = "owned"
      },
    )

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  # The number of nodes is whoever scales them's from then on.
  lifecycle {
    ignore_changes = [desired_capacity]
  }

  depends_on = [aws_iam_role_policy_attachment.node, aws_iam_role_policy.cilium, aws_eks_access_entry.self_managed]
}

resource "aws_autoscaling_policy" "cpu" {
  for_each = { for name, group in var.self_managed : name => group if group.scale_on_cpu != null }

  name                      = "average-cpu"
  autoscaling_group_name    = aws_autoscaling_group.this[each.key].name
  policy_type               = "TargetTrackingScaling"
  estimated_instance_warmup = 180

  target_tracking_configuration {
    target_value = each.value.scale_on_cpu

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_iam_instance_profile" "self_managed" {
  count = length(var.self_managed) > 0 ? 1 : 0

  name = aws_iam_role.node["self-managed"].name
  role = aws_iam_role.node["self-managed"].name
}

# EKS lets nodes of managed groups in by itself.
resource "aws_eks_access_entry" "self_managed" {
  count = length(var.self_managed) > 0 && var.access_entries ? 1 : 0

  cluster_name  = var.cluster_name
  principal_arn = aws_iam_role.node["self-managed"].arn
  type          = "EC2_LINUX"
}
