# What cilium.yaml and argocd.yaml need. By its access entry the role is an administrator of the cluster: what they install
# makes definitions, roles and whatever else its charts bring.
resource "aws_iam_role_policy" "install" {
  for_each = toset(var.clusters)

  name   = "install"
  role   = aws_iam_role.this["${each.key}-install"].name
  policy = data.aws_iam_policy_document.install[each.key].json
}

data "aws_iam_policy_document" "install" {
  for_each = toset(var.clusters)

  # checkov:skip=CKV_AWS_356: a list is of everything or of nothing
  statement {
    sid       = "Inventory"
    actions   = ["ec2:DescribeInstances"]
    resources = ["*"]
  }

  statement {
    sid       = "Cluster"
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:${local.partition}:eks:*:${local.account}:cluster/${var.platform}-${each.key}"]
  }

  statement {
    sid       = "Credentials"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["arn:${local.partition}:secretsmanager:*:${local.account}:secret:${var.platform}/argocd-*"]
  }
}
