# The key for all databases and tables of a cluster. Not one each: a final snapshot outlives its database, and can be read
# for as long as the key is there.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id

  # "name" is deprecated since 6.0 and "region" is new there; "id" is the same in both.
  region = data.aws_region.current.id
}

resource "aws_kms_key" "this" {
  description         = "Databases and tables of ${var.name}"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.this.json
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-databases"
  target_key_id = aws_kms_key.this.key_id
}

# In the policy of a key, `*` is the key itself.
data "aws_iam_policy_document" "this" {
  # checkov:skip=CKV_AWS_109: the account's administrators must be able to change the policy of the key
  # checkov:skip=CKV_AWS_111: as above
  # checkov:skip=CKV_AWS_356: as above

  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
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
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/rds/*/${var.name}-*"]
    }
  }
}
