locals {
  name = "${var.platform}-${var.cluster}"
}

module "cluster" {
  source = "../../modules/cluster"

  name                = local.name
  kubernetes_version  = var.kubernetes_version
  private_subnet_ids  = var.private_subnet_ids
  public_access_cidrs = var.public_access_cidrs
  access              = local.access
  identity            = var.identity
  wait                = coalesce(var.wait_for_cluster, length(var.public_access_cidrs) > 0)
}

module "nodes" {
  source = "../../modules/nodes"

  name                          = local.name
  cluster_name                  = module.cluster.name
  cluster_endpoint              = module.cluster.endpoint
  cluster_certificate_authority = module.cluster.certificate_authority
  cluster_service_cidr          = module.cluster.service_cidr
  kubernetes_version            = var.kubernetes_version
  private_subnet_ids            = var.private_subnet_ids
  security_group_id             = module.cluster.security_group_id
  managed                       = var.managed_nodes
  self_managed                  = var.self_managed_nodes
  cilium_installed              = var.cilium_installed
  access_entries                = var.access_entries
  instance_refresh              = var.instance_refresh
  tags                          = { platform = var.platform, cluster = var.cluster }
}

module "node_termination" {
  source = "../../modules/node-termination"
  count  = length(var.self_managed_nodes) > 0 ? 1 : 0

  name                   = local.name
  cluster_name           = module.cluster.name
  autoscaling_groups     = module.nodes.autoscaling_groups
  autoscaling_group_arns = module.nodes.autoscaling_group_arns
  oidc_provider_arn      = module.cluster.oidc_provider_arn
  oidc_issuer            = module.cluster.oidc_issuer
  irsa                   = local.irsa
  associate              = local.addons_on
}
