# Nodes, in groups that EKS manages or in auto scaling groups of our own. Everything is keyed by the group's name:
# renaming, adding or removing a group leaves the others alone.

data "aws_partition" "current" {}

locals {
  groups = merge(var.managed, var.self_managed)

  # The taint keeps pods away from a node until Cilium runs there; Cilium's operator takes it off.
  taint = { key = "node.cilium.io/agent-not-ready", value = "true" }

  # Bottlerocket keeps its system on a small volume of its own; images, logs and pods are on the second.
  disks = {
    al2023       = { "/dev/xvda" = null }
    bottlerocket = { "/dev/xvda" = 4, "/dev/xvdb" = null }
  }

  ami_types = {
    al2023       = { x86_64 = "AL2023_x86_64_STANDARD", arm64 = "AL2023_ARM_64_STANDARD" }
    bottlerocket = { x86_64 = "BOTTLEROCKET_x86_64", arm64 = "BOTTLEROCKET_ARM_64" }
  }

  # `role` and `os` are what Ansible's inventory finds and groups machines by.
  tags = { for name, group in local.groups : name => merge(var.tags, { Name = "${var.name}-${name}", role = "node", os = group.os }) }

  # Resolved when an instance starts: every new node has the newest image of the cluster's version, and no plan changes.
  images = {
    for architecture in ["x86_64", "arm64"] : architecture => {
      al2023       = "resolve:ssm:/aws/service/eks/optimized-ami/${var.kubernetes_version}/amazon-linux-2023/${architecture}/standard/recommended/image_id"
      bottlerocket = "resolve:ssm:/aws/service/bottlerocket/aws-k8s-${var.kubernetes_version}/${architecture}/latest/image_id"
    }
  }
}

resource "aws_launch_template" "this" {
  for_each = local.groups

  name                   = "${var.name}-${each.key}"
  update_default_version = true
  vpc_security_group_ids = [var.security_group_id]
  image_id               = contains(keys(var.self_managed), each.key) ? local.images[each.value.architecture][each.value.os] : null
  user_data              = contains(keys(var.self_managed), each.key) ? base64encode(local.user_data[each.key]) : null

  dynamic "iam_instance_profile" {
    for_each = contains(keys(var.self_managed), each.key) ? [aws_iam_instance_profile.self_managed[0].arn] : []

    content {
      arn = iam_instance_profile.value
    }
  }

  dynamic "block_device_mappings" {
    for_each = local.disks[each.value.os]

    content {
      device_name = block_device_mappings.key

      ebs {
        volume_size           = coalesce(block_device_mappings.value, each.value.disk_size)
        volume_type           = each.value.disk_type
        encrypted             = true
        delete_on_termination = true
      }
    }
  }

  # One hop: pods do not get at the node's role.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = true
  }

  tag_specifications {
    resource_type = "instance"
    tags          = local.tags[each.key]
  }

  tag_specifications {
    resource_type = "volume"
    tags          = local.tags[each.key]
  }
}
