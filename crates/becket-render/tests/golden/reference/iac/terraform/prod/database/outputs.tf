output "databases" {
  description = "Where each database is, by service and environment; user and password are in the secret."
  value       = { for key, database in merge(module.rds, module.aurora) : key => database.connection }
}

output "tables" {
  description = "The role of the pods that use tables, and the tables' names, by service and environment."
  value = {
    for key, service in var.tables : key => {
      role_arn = module.identity[key].role_arn
      tables   = { for name, table in service.tables : name => table.name }
    }
  }
}

output "primaries" {
  description = "What a replica in another region needs to know, of the databases that have one."
  value = {
    for key, database in merge(module.rds, module.aurora) : key => database.primary
    if length(var.databases[key].replica_regions) > 0
  }
}

output "table_arns" {
  description = "Tables, by service and environment, and by the service's name for each."
  value       = { for key, tables in module.tables : key => tables.arns }
}
