output "plan_role_arn" {
  description = "For pull requests and the search for drift."
  value       = aws_iam_role.this["plan"].arn
}

output "apply_role_arns" {
  description = "By cluster."
  value       = { for cluster in var.clusters : cluster => aws_iam_role.this["${cluster}-apply"].arn }
}

output "install_role_arns" {
  description = "Of who installs Cilium and Argo CD, by cluster."
  value       = { for cluster in var.clusters : cluster => aws_iam_role.this["${cluster}-install"].arn }
}

output "ansible_role_arns" {
  description = "Of who runs the other playbooks, by cluster."
  value       = { for cluster in var.clusters : cluster => aws_iam_role.this["${cluster}-ansible"].arn }
}
