# A role for each team, with the rights of what the team is: one table, `local.rights`. What the same roles may do inside
# a cluster is in the rbac/ folder of the gitops repository.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id

  # A session of a role shows no second factor. Whoever gave that role has asked for one, as an identity provider does.
  roles    = [for arn in var.trusted : arn if strcontains(arn, ":role/")]
  accounts = length(var.trusted) > 0 ? setsubtract(var.trusted, local.roles) : toset(["arn:${local.partition}:iam::${local.account}:root"])

  # What each role may do in AWS. Everyone may find the clusters, so that kubectl gets in.
  rights = {
    viewer    = ["clusters", "metrics"]
    releaser  = ["clusters", "metrics"]
    developer = ["clusters", "metrics", "logs", "databases"]
    admin     = ["everything"]
  }

  grants = merge([
    for team, role in var.teams : {
      for right in local.rights[role] : "${team}/${right}" => { team = team, right = right } if right != "everything"
    }
  ]...)
}

resource "aws_iam_role" "this" {
  for_each = var.teams

  name                 = "${var.platform}-team-${each.key}"
  description          = "The team ${each.key}: ${each.value}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = each.value == "admin" ? 3600 : 28800
}

# Whoever is trusted, has the tag `team`, and has shown a second factor.
data "aws_iam_policy_document" "trust" {
  for_each = var.teams

  dynamic "statement" {
    for_each = { for kind, arns in { accounts = local.accounts, roles = local.roles } : kind => arns if length(arns) > 0 }

    content {
      actions = ["sts:AssumeRole"]

      principals {
        type        = "AWS"
        identifiers = statement.value
      }

      condition {
        test     = "StringEquals"
        variable = "aws:PrincipalTag/team"
        values   = [each.key]
      }

      dynamic "condition" {
        for_each = statement.key == "accounts" ? ["aws:MultiFactorAuthPresent"] : []

        content {
          test     = "Bool"
          variable = condition.value
          values   = ["true"]
        }
      }
    }
  }
}

resource "aws_iam_role_policy" "this" {
  for_each = local.grants

  name   = each.value.right
  role   = aws_iam_role.this[each.value.team].name
  policy = local.policies[each.value.right]
}

# For what no pipeline does: an hour at a time, with a second factor.
resource "aws_iam_role_policy_attachment" "admin" {
  # checkov:skip=CKV_AWS_274: the role admin is defined as everything
  for_each = { for team, role in var.teams : team => role if role == "admin" }

  role       = aws_iam_role.this[each.key].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AdministratorAccess"
}
