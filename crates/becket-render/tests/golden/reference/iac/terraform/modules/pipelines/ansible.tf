# Finds machines by tag, gets in by Session Manager, and finds the cluster; in the cluster its rights are those of its
# access entry.
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
    sid       = "Sessions"
    actions   = ["ssm:ResumeSession", "ssm:TerminateSession"]
    resources = ["arn:${local.partition}:ssm:*:${local.account}:session/$${aws:userid}-*"]
  }
}
