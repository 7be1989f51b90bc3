output "plan_role_arn" {
  description = "For pull requests and the search for drift."
  value       = aws_iam_role.this["plan"].arn
}

output "apply_role_arns" {
  description = "By cluster."
  value       = { for cluster in var.clusters : cluster => aws_iam_role.this["${cluster}-apply"].arn }
}

output "ansible_role_arns" {
  description = "By cluster."
  value       = { for cluster in var.clusters : cluster => aws_iam_role.this["${cluster}-ansible"].arn }
}
