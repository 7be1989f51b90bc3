output "role_arn" {
  description = "The role; with IRSA the service account names it in an annotation."
  value       = aws_iam_role.this.arn
}
