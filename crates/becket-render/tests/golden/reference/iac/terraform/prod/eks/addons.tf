# Add-ons are pods, and start where Cilium runs. There is no kube-proxy among them, as Cilium does its work.

locals {
  irsa      = var.identity == "irsa"
  addons    = local.irsa ? setsubtract(var.addons, ["eks-pod-identity-agent"]) : var.addons
  addons_on = var.cilium_installed && length(var.addons) > 0
}

resource "aws_eks_addon" "this" {
  for_each = var.cilium_installed ? local.addons : []

  cluster_name                = module.cluster.name
  addon_name                  = each.key
  service_account_role_arn    = local.irsa && each.key == "aws-ebs-csi-driver" ? module.ebs_csi.role_arn : null
  resolve_conflicts_on_update = "PRESERVE"

  # Pods that start before they are associated with a role never get one.
  depends_on = [module.nodes, module.ebs_csi]
}

module "ebs_csi" {
  source = "../../modules/workload-identity"

  name              = "${local.name}-ebs-csi"
  cluster_name      = module.cluster.name
  namespace         = "kube-system"
  service_account   = "ebs-csi-controller-sa"
  policy_arns       = ["arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"]
  oidc_provider_arn = module.cluster.oidc_provider_arn
  oidc_issuer       = module.cluster.oidc_issuer
  irsa              = local.irsa
  associate         = local.addons_on
}
