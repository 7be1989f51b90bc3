# All that the playbooks need together, but for those of install.tf; what each needs by itself is in ansible/iam. Machines
# are found by tag and entered by Session Manager; in the cluster the rights are those of ansible/rbac.
resource "aws_iam_role_policy" "ansible" {
  for_each = toset(var.clusters)

  name   = "ansible"
  role   = aws_iam_role.this["${each.key}-ansible"].name
  policy = data.aws_iam_policy_document.ansible[each.key].json
}

data "aws_iam_policy_document" "ansible" {
  for_each = toset(var.clusters)

  # checkov:skip=CKV_AWS_356: a list is of everything or of nothing
  statement {
    sid       = "Inventory"
    actions   = ["ec2:DescribeInstances", "ssm:DescribeInstanceInformation"]
    resources = ["*"]
  }

  statement {
    sid       = "Cluster"
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:${local.partition}:eks:*:${local.account}:cluster/${var.platform}-${each.key}"]
  }

  statement {
    sid       = "Machines"
    actions   = ["ssm:StartSession"]
    resources = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/platform"
      values   = [var.platform]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/cluster"
      values   = [each.key]
    }
  }

  statement {
    sid     = "SessionDocuments"
    actions = ["ssm:StartSession"]
    resources = [
      "arn:${local.partition}:ssm:*:*:document/SSM-SessionManagerRunShell",
      "arn:${local.partition}:ssm:*:*:document/AWS-StartNonInteractiveCommand",
    ]
  }

  statement {
    sid       = "Sessions"
    actions   = ["ssm:ResumeSession", "ssm:TerminateSession"]
    resources = ["arn:${local.partition}:ssm:*:${local.account}:session/$${aws:userid}-*"]
  }

  statement {
    sid       = "Bucket"
    actions   = ["s3:GetBucketLocation", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = [local.buckets[each.key], "${local.buckets[each.key]}/*"]
  }

  statement {
    sid = "Find"
    actions = [
      "ec2:DescribeSnapshots",
      "ec2:DescribeVolumes",
      "rds:DescribeDBClusterSnapshots",
      "rds:DescribeDBClusters",
      "rds:DescribeDBInstances",
      "rds:DescribeDBSnapshots",
      "rds:ListTagsForResource",
    ]
    resources = ["*"]
  }

  statement {
    sid = "Databases"
    actions = [
      "rds:AddTagsToResource",
      "rds:CreateDBClusterSnapshot",
      "rds:CreateDBInstance",
      "rds:CreateDBSnapshot",
      "rds:RestoreDBClusterFromSnapshot",
      "rds:RestoreDBInstanceFromDBSnapshot",
    ]
    resources = [
      for kind in ["cluster", "cluster-pg", "cluster-snapshot", "db", "og", "pg", "snapshot", "subgrp"] :
      "arn:${local.partition}:rds:*:${local.account}:${kind}:*"
    ]
  }

  statement {
    sid     = "Expire"
    actions = ["ec2:DeleteSnapshot", "rds:DeleteDBClusterSnapshot", "rds:DeleteDBSnapshot"]
    resources = [
      "arn:${local.partition}:ec2:*::snapshot/*",
      "arn:${local.partition}:rds:*:${local.account}:cluster-snapshot:*",
      "arn:${local.partition}:rds:*:${local.account}:snapshot:*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/platform"
      values   = [var.platform]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/cluster"
      values   = [each.key]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/backup"
      values   = ["ansible"]
    }
  }

  statement {
    sid     = "Volumes"
    actions = ["ec2:CreateSnapshot", "ec2:CreateVolume"]
    resources = [
      "arn:${local.partition}:ec2:*:${local.account}:volume/*",
      "arn:${local.partition}:ec2:*::snapshot/*",
    ]
  }

  statement {
    sid     = "Tag"
    actions = ["ec2:CreateTags"]
    resources = [
      "arn:${local.partition}:ec2:*:${local.account}:volume/*",
      "arn:${local.partition}:ec2:*::snapshot/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateSnapshot", "CreateVolume"]
    }
  }

  statement {
    sid       = "Passwords"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["arn:${local.partition}:secretsmanager:*:${local.account}:secret:*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/platform"
      values   = [var.platform]
    }
  }

  # The passwords that RDS makes bear tags of its own.
  dynamic "statement" {
    for_each = { Instance = "db", Cluster = "cluster" }

    content {
      sid       = "PasswordsOf${statement.key}s"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = ["arn:${local.partition}:secretsmanager:*:${local.account}:secret:rds!${statement.value}-*"]

      condition {
        test     = "ArnLike"
        variable = "aws:ResourceTag/aws:rds:primaryDB${statement.key}Arn"
        values   = ["arn:${local.partition}:rds:*:${local.account}:${statement.value}:${var.platform}-${each.key}-*"]
      }
    }
  }

  # Whoever reads a password needs its key, and whoever makes an encrypted database hands the key on.
  dynamic "statement" {
    for_each = {
      Passwords = { service = "secretsmanager", actions = ["kms:Decrypt"] }
      Databases = { service = "rds", actions = ["kms:CreateGrant", "kms:DescribeKey"] }
    }

    content {
      sid       = "KeysOf${statement.key}"
      actions   = statement.value.actions
      resources = ["arn:${local.partition}:kms:*:${local.account}:key/*"]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceTag/platform"
        values   = [var.platform]
      }

      condition {
        test     = "StringLike"
        variable = "kms:ViaService"
        values   = ["${statement.value.service}.*.amazonaws.com"]
      }
    }
  }
}

locals {
  buckets = { for cluster in var.clusters : cluster => "arn:${local.partition}:s3:::${var.bucket_prefix}-${cluster}" }
}
