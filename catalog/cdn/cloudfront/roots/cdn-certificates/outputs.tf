output "certificates" {
  value = module.certificates.certificates
}

output "validation_records" {
  description = "For the root dns/zone, which puts them into DNS."
  value       = module.certificates.validation_records
}
