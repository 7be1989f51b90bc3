# Who talked to whom: for audits, and to find what a network policy would shut.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

locals {
  in_cloudwatch = var.flow_logs.bucket == null ? 1 : 0
  log_group     = "/vpc/${var.name}/flow-logs"
}

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  max_aggregation_interval = 60
  log_destination_type     = local.in_cloudwatch == 1 ? "cloud-watch-logs" : "s3"
  log_destination          = local.in_cloudwatch == 1 ? aws_cloudwatch_log_group.flow_logs[0].arn : "arn:${data.aws_partition.this.partition}:s3:::${var.flow_logs.bucket}"
  iam_role_arn             = one(aws_iam_role.flow_logs[*].arn)
  tags                     = { Name = var.name }
}

resource "aws_cloudwatch_log_group" "flow_logs" {
  count = local.in_cloudwatch

  name              = local.log_group
  retention_in_days = var.flow_logs.retention_days
  kms_key_id        = aws_kms_key.flow_logs[0].arn
}

resource "aws_kms_key" "flow_logs" {
  count = local.in_cloudwatch

  description         = "Flow logs of ${var.name}"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}

data "aws_iam_policy_document" "key" {
  # checkov:skip=CKV_AWS_109: in the policy of a key, * is that key
  # checkov:skip=CKV_AWS_111: in the policy of a key, * is that key
  # checkov:skip=CKV_AWS_356: in the policy of a key, * is that key
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.this.partition}:iam::${data.aws_caller_identity.this.account_id}:root"]
    }
  }

  statement {
    sid       = "Logs"
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${data.aws_partition.this.partition}:logs:${local.region}:${data.aws_caller_identity.this.account_id}:log-group:${local.log_group}"]
    }
  }
}

resource "aws_iam_role" "flow_logs" {
  count = local.in_cloudwatch

  name               = "${var.name}-flow-logs"
  assume_role_policy = data.aws_iam_policy_document.flow_logs_role.json
}

data "aws_iam_policy_document" "flow_logs_role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }

    # Only for flow logs of this account, whoever else makes them.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
  }
}

resource "aws_iam_role_policy" "flow_logs" {
  count = local.in_cloudwatch

  name   = "write"
  role   = aws_iam_role.flow_logs[0].id
  policy = data.aws_iam_policy_document.flow_logs[0].json
}

data "aws_iam_policy_document" "flow_logs" {
  count = local.in_cloudwatch

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = ["${aws_cloudwatch_log_group.flow_logs[0].arn}:*"]
  }
}
