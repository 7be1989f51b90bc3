output "arns" {
  description = "Tables, by the name that the service has for each."
  value       = local.arns
}

output "policy" {
  description = "What the service's pods need to use them, as JSON."
  value       = data.aws_iam_policy_document.this.json
}
