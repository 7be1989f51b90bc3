# Who asked for what: a log per host, kept where the cluster is.

data "aws_caller_identity" "this" {}

locals {
  bucket = "${var.name}-cdn-logs-${data.aws_caller_identity.this.account_id}"
}

resource "aws_s3_bucket" "logs" {
  #checkov:skip=CKV_AWS_18:It is the log.
  #checkov:skip=CKV_AWS_21:A log is written once.
  #checkov:skip=CKV_AWS_144:Logs that expire need no second region.
  #checkov:skip=CKV_AWS_145:Encrypted by S3's own key, which log delivery may use without a policy of its own.
  #checkov:skip=CKV2_AWS_62:Nobody waits for a log.
  bucket = local.bucket
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket = aws_s3_bucket.logs.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.log_retention_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs.json

  depends_on = [aws_s3_bucket_public_access_block.logs]
}

data "aws_iam_policy_document" "logs" {
  statement {
    sid       = "LogDelivery"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_cloudwatch_log_delivery_source" "this" {
  provider = aws.us_east_1
  for_each = aws_cloudfront_distribution.this

  name         = each.value.id
  log_type     = "ACCESS_LOGS"
  resource_arn = each.value.arn
}

resource "aws_cloudwatch_log_delivery_destination" "this" {
  provider = aws.us_east_1

  name          = "${var.name}-cdn"
  output_format = "json"

  delivery_destination_configuration {
    # Without a folder here CloudFront puts one of its own before suffix_path, and loses it with the next change.
    destination_resource_arn = "${aws_s3_bucket.logs.arn}/hosts"
  }

  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_cloudwatch_log_delivery" "this" {
  provider = aws.us_east_1
  for_each = aws_cloudwatch_log_delivery_source.this

  delivery_source_name     = each.value.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.this.arn

  s3_delivery_configuration {
    suffix_path = "/${each.key}/{yyyy}/{MM}/{dd}"
  }
}
