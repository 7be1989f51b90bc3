# The control plane, and who may reach it. It comes without add-ons and without nodes: pods need Cilium first.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # `name` of the data source is `region` from version 6 of the provider on; the id is the same in both.
  region = data.aws_region.current.id
}

resource "aws_eks_cluster" "this" {
  # checkov:skip=CKV_AWS_339: the checker's list of versions ends before those that EKS supports

  name     = var.name
  version  = var.kubernetes_version
  role_arn = aws_iam_role.cluster.arn

  bootstrap_self_managed_addons = false
  enabled_cluster_log_types     = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  # Extended support costs six times as much per hour, and is what one gets without asking.
  upgrade_policy {
    support_type = "STANDARD"
  }

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = aws_kms_key.this.arn
    }
  }

  vpc_config {
    subnet_ids              = values(var.private_subnet_ids)
    endpoint_private_access = true
    endpoint_public_access  = length(var.public_access_cidrs) > 0
    public_access_cidrs     = length(var.public_access_cidrs) > 0 ? var.public_access_cidrs : null
  }

  # EKS takes other subnets of the zones that the control plane is in, and refuses those of another zone. Nodes may be there.
  lifecycle {
    ignore_changes = [vpc_config[0].subnet_ids]
  }

  depends_on = [aws_iam_role_policy_attachment.cluster, aws_cloudwatch_log_group.this]
}

# EKS makes the group itself, without retention and encryption, where there is none.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this.arn
}

resource "aws_iam_role" "cluster" {
  name               = "${var.name}-cluster"
  assume_role_policy = data.aws_iam_policy_document.cluster.json
}

data "aws_iam_policy_document" "cluster" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["eks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonEKSClusterPolicy"
}

# The provider waits until EKS calls the cluster active. Its address may not resolve, or not answer, for a while longer.
resource "terraform_data" "answers" {
  count = var.wait ? 1 : 0

  triggers_replace = [aws_eks_cluster.this.endpoint]

  provisioner "local-exec" {
    # --insecure: it is asked whether it answers, nothing more is sent or believed.
    command     = "curl --insecure --silent --fail --output /dev/null --retry 90 --retry-delay 4 --retry-all-errors $ENDPOINT/healthz"
    environment = { ENDPOINT = aws_eks_cluster.this.endpoint }
  }
}
