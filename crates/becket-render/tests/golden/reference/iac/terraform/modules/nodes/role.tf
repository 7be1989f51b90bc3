# A role for each kind of group: EKS makes and removes the access entry of the managed ones' itself.
locals {
  kinds = toset(concat(
    length(var.managed) > 0 ? ["managed"] : [],
    length(var.self_managed) > 0 ? ["self-managed"] : [],
  ))

  node_policies = [
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSWorkerNodePolicy",
    "AmazonSSMManagedInstanceCore", # Ansible gets in by Session Manager: no SSH, no keys, no open port
  ]
}

resource "aws_iam_role" "node" {
  for_each = local.kinds

  name               = "${var.name}-node-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.node.json
}

data "aws_iam_policy_document" "node" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = { for pair in setproduct(local.kinds, local.node_policies) : "${pair[0]}/${pair[1]}" => { kind = pair[0], policy = pair[1] } }

  role       = aws_iam_role.node[each.value.kind].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.value.policy}"
}

# Cilium's operator gives pods addresses of the VPC. It runs on the node's network, before any add-on that could give
# it a role of its own.
resource "aws_iam_role_policy" "cilium" {
  for_each = local.kinds

  name   = "cilium"
  role   = aws_iam_role.node[each.key].name
  policy = data.aws_iam_policy_document.cilium.json
}

data "aws_iam_policy_document" "cilium" {
  # checkov:skip=CKV_AWS_111: interfaces are made as nodes come; AWS cannot limit some of these to the cluster's
  # checkov:skip=CKV_AWS_356: as above

  statement {
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:AttachNetworkInterface",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeTags",
      "ec2:DescribeVpcs",
      "ec2:ModifyNetworkInterfaceAttribute",
      "ec2:UnassignPrivateIpAddresses",
    ]
    resources = ["*"]
  }

  # What it tags are its interfaces: what other tags say, such as who may enter a machine, is none of its business.
  statement {
    actions   = ["ec2:CreateTags"]
    resources = ["arn:${data.aws_partition.current.partition}:ec2:*:*:network-interface/*"]
  }
}
