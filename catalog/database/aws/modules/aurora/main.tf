# PostgreSQL by Aurora, serverless: a cluster of its own for a service in an environment, or the second region of one.

locals {
  replica    = var.primary != null
  replicated = length(var.replica_regions) > 0
  username   = "app"
  secret_arn = local.replicated ? module.secret[0].arn : one(aws_rds_cluster.this.master_user_secret[*].secret_arn)

  # In production one in each zone, the others ready to take over; elsewhere, and in a second region, one where there is
  # room.
  zones     = var.production && !local.replica ? { for zone in var.zones : substr(zone, -1, 1) => zone } : {}
  instances = length(local.zones) > 0 ? local.zones : { any = null }
}

resource "aws_rds_cluster" "this" {
  # checkov:skip=CKV_AWS_139: protected in production; elsewhere it may go with the service
  # checkov:skip=CKV_AWS_324: its logs are exported
  # checkov:skip=CKV2_AWS_8: it keeps its own backups

  cluster_identifier        = var.name
  global_cluster_identifier = local.replica ? var.primary.global_cluster_id : null
  engine                    = "aurora-postgresql"
  engine_version            = local.replica ? var.primary.engine_version : var.engine_version
  database_name             = local.replica ? null : "app"
  apply_immediately         = !var.production

  # AWS makes the password and keeps it, but not that of a cluster with a second region.
  master_username               = local.replica ? null : local.username
  manage_master_user_password   = local.replica || local.replicated ? null : true
  master_user_secret_kms_key_id = local.replica || local.replicated ? null : var.kms_key_arn
  master_password_wo            = one(module.secret[*].password)
  master_password_wo_version    = local.replicated ? var.password_version : null

  # Users of the database can also be those of IAM.
  iam_database_authentication_enabled = true

  storage_encrypted = true
  kms_key_id        = var.kms_key_arn

  db_subnet_group_name            = var.subnet_group_name
  vpc_security_group_ids          = [var.security_group_id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name

  backup_retention_period   = var.production ? 30 : 7
  copy_tags_to_snapshot     = true
  deletion_protection       = var.production
  skip_final_snapshot       = !var.production
  final_snapshot_identifier = var.production ? "${var.name}-final" : null

  enabled_cloudwatch_logs_exports = keys(aws_cloudwatch_log_group.this)

  # In units of Aurora, each about 2 GiB of memory.
  serverlessv2_scaling_configuration {
    min_capacity = var.production ? 2 : 0.5
    max_capacity = var.production ? 32 : 4
  }

  lifecycle {
    # AWS says which global cluster it is in, and which region leads: a switch of regions is no change of ours. The names
    # are those of the first region; they must not replace it when the second takes over.
    ignore_changes = [database_name, global_cluster_identifier, master_username, replication_source_identifier]
  }
}

resource "aws_rds_cluster_instance" "this" {
  # checkov:skip=CKV_AWS_118: what Performance Insights shows is enough; the operating system is AWS's
  # checkov:skip=CKV_AWS_226: minor versions come by themselves unless it is forbidden
  for_each = local.instances

  identifier         = "${var.name}-${each.key}"
  cluster_identifier = aws_rds_cluster.this.id
  availability_zone  = each.value
  engine             = aws_rds_cluster.this.engine
  engine_version     = aws_rds_cluster.this.engine_version
  instance_class     = "db.serverless"
  apply_immediately  = !var.production

  copy_tags_to_snapshot           = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
}

# By the major version: the next one's is there before the cluster goes over to it.
resource "aws_rds_cluster_parameter_group" "this" {
  name        = "${var.name}-aurora-postgresql${var.engine_version}"
  description = "TLS only"
  family      = "aurora-postgresql${var.engine_version}"

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

# RDS would make it, to be kept for ever.
resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_338: three months are enough for what a database logs
  for_each = toset(["postgresql"])

  name              = "/aws/rds/cluster/${var.name}/${each.key}"
  retention_in_days = 90
  kms_key_id        = var.kms_key_arn
}

# What the clusters of all regions are part of; it lies with the first one.
resource "aws_rds_global_cluster" "this" {
  count = local.replicated ? 1 : 0

  global_cluster_identifier    = "${var.name}-global"
  source_db_cluster_identifier = aws_rds_cluster.this.arn
  deletion_protection          = var.production
  force_destroy                = true # lets the cluster go, and destroys none
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
