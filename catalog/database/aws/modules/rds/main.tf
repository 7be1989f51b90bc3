# PostgreSQL by RDS: an instance of its own for a service in an environment, or the replica of one in another region.

locals {
  replica    = var.primary != null
  replicated = length(var.replica_regions) > 0
  username   = "app"
  secret_arn = local.replicated ? module.secret[0].arn : one(aws_db_instance.this.master_user_secret[*].secret_arn)
}

resource "aws_db_instance" "this" {
  # checkov:skip=CKV_AWS_118: what Performance Insights shows is enough; the operating system is AWS's
  # checkov:skip=CKV_AWS_157: in several zones in production; what is lost elsewhere can be done without for an hour
  # checkov:skip=CKV_AWS_226: minor versions come by themselves unless it is forbidden
  # checkov:skip=CKV_AWS_293: protected in production; elsewhere it may go with the service

  identifier          = var.name
  replicate_source_db = local.replica ? var.primary.arn : null
  engine              = "postgres"
  engine_version      = var.engine_version
  instance_class      = var.production ? "db.m7g.large" : "db.t4g.small"
  db_name             = local.replica ? null : "app"
  apply_immediately   = !var.production

  # AWS makes the password and keeps it, but not that of an instance with a replica.
  username                      = local.replica ? null : local.username
  manage_master_user_password   = local.replica || local.replicated ? null : true
  master_user_secret_kms_key_id = local.replica || local.replicated ? null : var.kms_key_arn
  password_wo                   = one(module.secret[*].password)
  password_wo_version           = local.replicated ? var.password_version : null

  # Users of the database can also be those of IAM.
  iam_database_authentication_enabled = true

  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn
  allocated_storage     = local.replica ? null : var.production ? 100 : 20
  max_allocated_storage = var.production ? 1000 : 100

  multi_az               = var.production && !local.replica
  db_subnet_group_name   = var.subnet_group_name
  vpc_security_group_ids = [var.security_group_id]
  parameter_group_name   = aws_db_parameter_group.this.name

  backup_retention_period   = var.production ? 30 : 7
  copy_tags_to_snapshot     = true
  deletion_protection       = var.production
  skip_final_snapshot       = !var.production
  final_snapshot_identifier = var.production ? "${var.name}-final" : null

  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
  enabled_cloudwatch_logs_exports = keys(aws_cloudwatch_log_group.this)

  lifecycle {
    # A replica has those of its primary; they must not replace it when it becomes one.
    ignore_changes = [db_name, username]
  }
}

# By the major version: the next one's is there before the instance goes over to it.
resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-postgres${var.engine_version}"
  description = "TLS only"
  family      = "postgres${var.engine_version}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # Who changed what, and what was slow.
  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# RDS would make them, to be kept for ever.
resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_338: three months are enough for what a database logs
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = 90
  kms_key_id        = var.kms_key_arn
}

module "secret" {
  source = "../database-secret"
  count  = local.replicated ? 1 : 0

  name             = var.name
  username         = local.username
  kms_key_arn      = var.kms_key_arn
  replica_regions  = var.replica_regions
  password_version = var.password_version
}
