# Who may talk to the API: an IAM role each. What its groups may do there is in the rbac/ folder of the gitops repository.
resource "aws_eks_access_entry" "this" {
  for_each = var.access

  cluster_name      = aws_eks_cluster.this.name
  principal_arn     = each.value.principal_arn
  kubernetes_groups = each.value.groups
}

# Administrators get in before there is any RBAC in the cluster.
resource "aws_eks_access_policy_association" "admin" {
  for_each = { for name, entry in var.access : name => entry if entry.admin }

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.this[each.key].principal_arn
  policy_arn    = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }
}

# IRSA only: with Pod Identity nobody needs the cluster's tokens to be known to IAM.
resource "aws_iam_openid_connect_provider" "this" {
  count = var.identity == "irsa" ? 1 : 0

  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}
