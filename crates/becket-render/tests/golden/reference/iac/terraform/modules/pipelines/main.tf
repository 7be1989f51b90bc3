# Roles for GitHub's workflows, by the tokens that GitHub signs for each run: there is no key to keep, rotate or lose.
# plan reads and is for pull requests; apply, install and ansible are per cluster, and GitHub lets a run have the
# environment of that name only after somebody has approved it.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
  issuer    = "token.actions.githubusercontent.com"

  # Whose tokens each role trusts.
  subjects = merge(
    { plan = ["repo:${var.repository}:pull_request", "repo:${var.repository}:ref:refs/heads/main"] },
    { for cluster in var.clusters : "${cluster}-apply" => ["repo:${var.repository}:environment:${cluster}"] },
    { for cluster in var.clusters : "${cluster}-install" => ["repo:${var.repository}:environment:${cluster}"] },
    { for cluster in var.clusters : "${cluster}-ansible" => ["repo:${var.repository}:environment:${cluster}"] },
    { for role in ["dns-apply"] : role => ["repo:${var.repository}:environment:dns"] if var.dns },
  )
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "this" {
  for_each = local.subjects

  name               = "${var.platform}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
  # Making a cluster and its databases can take more than an hour; draining its nodes one by one, several.
  max_session_duration = endswith(each.key, "-ansible") ? 14400 : endswith(each.key, "-apply") ? 7200 : 3600
}

data "aws_iam_policy_document" "trust" {
  for_each = local.subjects

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = each.value
    }
  }
}
