output "connection" {
  description = "What a service needs to know; user and password are in the secret."
  value = {
    host       = local.replica ? aws_rds_cluster.this.reader_endpoint : aws_rds_cluster.this.endpoint
    port       = aws_rds_cluster.this.port
    database   = "app"
    secret_arn = local.replica ? var.primary.secret_arn : local.secret_arn
  }
}

output "primary" {
  description = "What the root of a second region needs to know."
  value = {
    arn               = aws_rds_cluster.this.arn
    engine_version    = aws_rds_cluster.this.engine_version_actual
    global_cluster_id = one(aws_rds_global_cluster.this[*].id)
    secret_arn        = local.secret_arn
  }
}
