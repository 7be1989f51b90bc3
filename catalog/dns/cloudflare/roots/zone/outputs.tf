output "zone_id" {
  value = local.zone_id
}

output "account_id" {
  value = local.account_id
}

output "name_servers" {
  description = "What the registrar has to be told."
  value       = local.name_servers
}

output "validation_record_names" {
  description = "Known once the records are there."
  value       = [for record in cloudflare_dns_record.validation : record.name]
}
