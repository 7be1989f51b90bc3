# Known when the cluster answers, so that nobody who takes the name is too early.
output "name" {
  description = "The cluster's name, which is also its ID."
  value       = aws_eks_cluster.this.name
  depends_on  = [terraform_data.answers]
}

output "arn" {
  description = "The cluster."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Address of the API."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "The certificate authority of the API, in Base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "security_group_id" {
  description = "The group that EKS makes, which control plane and nodes are in."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "service_cidr" {
  description = "Range of the addresses of Services."
  value       = aws_eks_cluster.this.kubernetes_network_config[0].service_ipv4_cidr
}

output "oidc_provider_arn" {
  description = "What IRSA trusts; null with Pod Identity."
  value       = one(aws_iam_openid_connect_provider.this[*].arn)
}

output "oidc_issuer" {
  description = "Who signs the tokens of service accounts."
  value       = aws_eks_cluster.this.identity[0].oidc[0].issuer
}
