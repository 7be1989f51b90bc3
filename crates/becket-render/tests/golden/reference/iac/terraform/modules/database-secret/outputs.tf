output "arn" {
  description = "The secret; in another region the same with that region's name."
  value       = aws_secretsmanager_secret_version.this.arn
}

output "password" {
  description = "The password, for as long as Terraform runs."
  value       = ephemeral.aws_secretsmanager_random_password.this.random_password
  ephemeral   = true
}
