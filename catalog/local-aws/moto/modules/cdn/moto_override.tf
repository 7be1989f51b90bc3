# moto 5.2 gives distributions an ARN with a part missing, and shows a cache behaviour and a certificate that nobody asked
# for beside those of the configuration.
resource "aws_cloudfront_distribution" "this" {
  lifecycle {
    ignore_changes = [default_cache_behavior[0].forwarded_values, viewer_certificate[0].cloudfront_default_certificate]
  }
}

resource "aws_cloudwatch_log_delivery_source" "this" {
  resource_arn = "arn:aws:cloudfront::${data.aws_caller_identity.this.account_id}:distribution/${each.value.id}"
}
