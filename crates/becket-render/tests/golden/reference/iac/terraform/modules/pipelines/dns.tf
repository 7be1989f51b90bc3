# Records are made with a token of their provider. Of AWS, who applies them touches their state and nothing else.
resource "aws_iam_role_policy" "dns" {
  for_each = toset([for role in keys(local.subjects) : role if role == "dns-apply"])

  name   = "state"
  role   = aws_iam_role.this[each.key].name
  policy = data.aws_iam_policy_document.dns.json
}

data "aws_iam_policy_document" "dns" {
  statement {
    sid       = "Bucket"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${local.partition}:s3:::${var.state_bucket}"]
  }

  statement {
    sid       = "States"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${var.state_bucket}/dns/*"]
  }

  dynamic "statement" {
    for_each = var.lock_table[*]

    content {
      sid       = "Locks"
      actions   = ["dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"]
      resources = ["arn:${local.partition}:dynamodb:*:${local.account}:table/${statement.value}"]
    }
  }
}
