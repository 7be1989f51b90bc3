output "distributions" {
  description = "The name at CloudFront that answers for each host."
  value       = module.cdn.distributions
}
