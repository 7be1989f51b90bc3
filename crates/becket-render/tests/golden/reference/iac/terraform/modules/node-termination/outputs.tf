output "queue_url" {
  description = "Where the handler listens."
  value       = aws_sqs_queue.this.url
}

output "role_arn" {
  description = "The handler's role."
  value       = module.identity.role_arn
}
