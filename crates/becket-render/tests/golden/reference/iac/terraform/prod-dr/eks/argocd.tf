# By these roles the Argo CD here reaches clusters that it is not on. Each has an entry there.
module "argocd" {
  source   = "../../modules/workload-identity"
  for_each = var.argocd_reaches_others ? { controller = "argocd-application-controller", server = "argocd-server" } : {}

  name              = "${local.name}-argocd-${each.key}"
  cluster_name      = module.cluster.name
  namespace         = "argocd"
  service_account   = each.value
  oidc_provider_arn = module.cluster.oidc_provider_arn
  oidc_issuer       = module.cluster.oidc_issuer
  irsa              = local.irsa
  associate         = local.addons_on
}
