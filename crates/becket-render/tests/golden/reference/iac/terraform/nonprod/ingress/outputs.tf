output "certificate_arns" {
  description = "Of issued certificates, by domain."
  value       = { for domain, validation in aws_acm_certificate_validation.this : domain => validation.certificate_arn }
}

output "load_balancer_hostnames" {
  description = "One, and none until it is made: an output that is null would be missing."
  value       = data.aws_lb.this[*].dns_name
}
