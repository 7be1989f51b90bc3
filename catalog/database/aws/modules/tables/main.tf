# The DynamoDB tables of a service in an environment, or what another region has of them.

data "aws_region" "current" {}

locals {
  replica    = var.primary_arns != null
  replicated = length(var.replica_regions) > 0
  arns = merge(
    { for name, table in aws_dynamodb_table.this : name => table.arn },
    { for name, table in aws_dynamodb_table_replica.this : name => table.arn },
  )
}

resource "aws_dynamodb_table" "this" {
  for_each = local.replica ? {} : var.tables

  name                        = each.value.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = each.value.key
  deletion_protection_enabled = var.production

  # What replicas are fed from.
  stream_enabled   = local.replicated
  stream_view_type = local.replicated ? "NEW_AND_OLD_IMAGES" : null

  attribute {
    name = each.value.key
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  lifecycle {
    # The root of the other region makes its own.
    ignore_changes = [replica]
  }
}

resource "aws_dynamodb_table_replica" "this" {
  for_each = local.replica ? var.tables : {}

  global_table_arn            = var.primary_arns[each.key]
  kms_key_arn                 = var.kms_key_arn
  deletion_protection_enabled = var.production
  point_in_time_recovery      = true
}

# To work with what is in these tables, and nothing else.
data "aws_iam_policy_document" "this" {
  statement {
    sid = "Tables"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:ConditionCheckItem",
      "dynamodb:DeleteItem",
      "dynamodb:DescribeTable",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:Scan",
      "dynamodb:UpdateItem",
    ]
    resources = values(local.arns)
  }

  # DynamoDB uses the key in the name of whoever asks.
  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = [var.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["dynamodb.${data.aws_region.current.id}.amazonaws.com"]
    }
  }
}
