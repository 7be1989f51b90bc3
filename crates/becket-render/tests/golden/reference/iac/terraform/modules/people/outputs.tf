output "role_arns" {
  description = "Roles, by team."
  value       = { for team, role in aws_iam_role.this : team => role.arn }
}
