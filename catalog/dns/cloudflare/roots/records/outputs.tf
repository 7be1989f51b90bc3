output "hosts" {
  description = "What each host leads to."
  value       = local.hosts
}
