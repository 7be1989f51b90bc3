# Makes and changes everything but people's rights: of IAM, the roles of this platform, and not those of this module.
resource "aws_iam_role_policy_attachment" "apply" {
  for_each = toset(var.clusters)

  role       = aws_iam_role.this["${each.key}-apply"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/PowerUserAccess"
}

resource "aws_iam_role_policy" "apply" {
  for_each = toset(var.clusters)

  name   = "roles-of-the-cluster"
  role   = aws_iam_role.this["${each.key}-apply"].name
  policy = data.aws_iam_policy_document.apply[each.key].json
}

data "aws_iam_policy_document" "apply" {
  for_each = toset(var.clusters)

  statement {
    sid = "ClusterRoles"
    actions = [
      "iam:AddRoleToInstanceProfile",
      "iam:AttachRolePolicy",
      "iam:CreateInstanceProfile",
      "iam:CreateRole",
      "iam:DeleteInstanceProfile",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:DetachRolePolicy",
      "iam:Get*",
      "iam:List*",
      "iam:PassRole",
      "iam:PutRolePolicy",
      "iam:RemoveRoleFromInstanceProfile",
      "iam:TagInstanceProfile",
      "iam:TagRole",
      "iam:UntagInstanceProfile",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole",
      "iam:UpdateRoleDescription",
    ]
    resources = [
      "arn:${local.partition}:iam::${local.account}:instance-profile/${var.platform}-${each.key}-*",
      "arn:${local.partition}:iam::${local.account}:role/${var.platform}-${each.key}-*",
    ]
  }

  # IRSA.
  statement {
    sid       = "ClusterTokens"
    actions   = ["iam:CreateOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider", "iam:GetOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"]
    resources = ["arn:${local.partition}:iam::${local.account}:oidc-provider/oidc.eks.*"]
  }

  statement {
    sid     = "NotItselfNorOthers"
    effect  = "Deny"
    actions = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:Delete*", "iam:DetachRolePolicy", "iam:PassRole", "iam:PutRolePolicy", "iam:Update*"]
    # A cluster whose name goes on from this one's, as prod-dr does from prod, is another.
    resources = concat(
      [for other in var.clusters : "arn:${local.partition}:iam::${local.account}:role/${var.platform}-${other}-*" if startswith(other, "${each.key}-")],
      [for name in keys(local.subjects) : "arn:${local.partition}:iam::${local.account}:role/${var.platform}-${name}"],
      ["arn:${local.partition}:iam::${local.account}:oidc-provider/${local.issuer}"],
    )
  }

  statement {
    sid       = "NoAdministrators"
    effect    = "Deny"
    actions   = ["iam:AttachRolePolicy"]
    resources = ["*"]

    condition {
      test     = "ArnLike"
      variable = "iam:PolicyARN"
      values   = ["arn:${local.partition}:iam::aws:policy/AdministratorAccess", "arn:${local.partition}:iam::aws:policy/IAMFullAccess", "arn:${local.partition}:iam::aws:policy/PowerUserAccess"]
    }
  }
}
