output "cluster_name" {
  description = "Also the cluster's ID."
  value       = module.cluster.name
}

output "cluster_arn" {
  value = module.cluster.arn
}

output "cluster_endpoint" {
  value = module.cluster.endpoint
}

output "cluster_certificate_authority_data" {
  value = module.cluster.certificate_authority
}

output "cluster_security_group_id" {
  value = module.cluster.security_group_id
}

output "oidc_provider_arn" {
  description = "Null with Pod Identity."
  value       = module.cluster.oidc_provider_arn
}

output "oidc_issuer" {
  value = module.cluster.oidc_issuer
}

output "node_role_arns" {
  description = "By kind of group: managed, self-managed."
  value       = module.nodes.role_arns
}

output "node_termination_queue_url" {
  description = "Null without self-managed groups."
  value       = one(module.node_termination[*].queue_url)
}

output "node_termination_role_arn" {
  value = one(module.node_termination[*].role_arn)
}

output "ebs_csi_role_arn" {
  value = module.ebs_csi.role_arn
}

output "autoscaler_role_arn" {
  value = module.autoscaler.role_arn
}

output "argocd_role_arns" {
  description = "For the clusters that the Argo CD here reaches; none where there are no others."
  value       = { for name, identity in module.argocd : name => identity.role_arn }
}
