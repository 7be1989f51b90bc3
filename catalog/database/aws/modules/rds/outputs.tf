output "connection" {
  description = "What a service needs to know; user and password are in the secret."
  value = {
    host       = aws_db_instance.this.address
    port       = aws_db_instance.this.port
    database   = "app"
    secret_arn = local.replica ? var.primary.secret_arn : local.secret_arn
  }
}

output "primary" {
  description = "What the root of a replica needs to know."
  value = {
    arn        = aws_db_instance.this.arn
    secret_arn = local.secret_arn
  }
}
