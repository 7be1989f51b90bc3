locals {
  name = "${var.platform}-${var.cluster}"

  # A replica's secret is its primary's, copied here.
  primaries = {
    for key, primary in var.primaries : key => merge(primary, {
      secret_arn = replace(primary.secret_arn, "/:secretsmanager:[^:]+:/", ":secretsmanager:${var.region}:")
    })
  }
}

module "network" {
  source = "../../modules/database-network"

  name                      = local.name
  vpc_id                    = var.vpc_id
  private_subnet_ids        = var.private_subnet_ids
  cluster_security_group_id = var.cluster_security_group_id
}

module "key" {
  source = "../../modules/database-key"

  name = local.name
}

module "rds" {
  source   = "../../modules/rds"
  for_each = { for key, database in var.databases : key => database if database.kind == "rds" }

  name              = "${local.name}-${each.key}"
  engine_version    = var.postgres_version
  production        = each.value.production
  primary           = each.value.replica_of != null ? local.primaries[each.key] : null
  replica_regions   = each.value.replica_regions
  password_version  = lookup(var.password_versions, each.key, 1)
  subnet_group_name = module.network.subnet_group_name
  security_group_id = module.network.security_group_id
  kms_key_arn       = module.key.arn
}

module "aurora" {
  source   = "../../modules/aurora"
  for_each = { for key, database in var.databases : key => database if database.kind == "aurora" }

  name              = "${local.name}-${each.key}"
  engine_version    = var.postgres_version
  production        = each.value.production
  primary           = each.value.replica_of != null ? local.primaries[each.key] : null
  replica_regions   = each.value.replica_regions
  password_version  = lookup(var.password_versions, each.key, 1)
  zones             = keys(var.private_subnet_ids)
  subnet_group_name = module.network.subnet_group_name
  security_group_id = module.network.security_group_id
  kms_key_arn       = module.key.arn
}

module "tables" {
  source   = "../../modules/tables"
  for_each = var.tables

  tables          = each.value.tables
  production      = each.value.production
  primary_arns    = each.value.replica_of != null ? var.primary_table_arns[each.key] : null
  replica_regions = each.value.replica_regions
  kms_key_arn     = module.key.arn
}

# The pods of the service in that environment may use their tables.
module "identity" {
  source   = "../../modules/workload-identity"
  for_each = var.tables

  name              = "${local.name}-${each.key}"
  cluster_name      = var.cluster_name
  namespace         = each.value.environment
  service_account   = each.value.service
  policies          = { tables = module.tables[each.key].policy }
  oidc_provider_arn = var.oidc_provider_arn
  oidc_issuer       = var.oidc_issuer
  irsa              = var.identity == "irsa"
  associate         = var.pod_identity_associations
}
