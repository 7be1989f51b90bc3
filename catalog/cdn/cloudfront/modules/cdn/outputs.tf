output "distributions" {
  description = "The name at CloudFront that answers for each host."
  value       = { for host, distribution in aws_cloudfront_distribution.this : host => distribution.domain_name }
}
