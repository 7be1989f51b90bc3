output "bucket" {
  description = "The bucket."
  value       = aws_s3_bucket.this.bucket
}
