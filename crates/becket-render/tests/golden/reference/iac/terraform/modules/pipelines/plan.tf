# Sees how everything is made and nothing that is kept in it.
resource "aws_iam_role_policy_attachment" "plan" {
  role       = aws_iam_role.this["plan"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy" "plan" {
  name   = "no-contents"
  role   = aws_iam_role.this["plan"].name
  policy = data.aws_iam_policy_document.plan.json
}

data "aws_iam_policy_document" "plan" {
  # checkov:skip=CKV_AWS_356: AWS knows no resource for a random password

  statement {
    effect = "Deny"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:PartiQLSelect",
      "dynamodb:Query",
      "dynamodb:Scan",
      "logs:FilterLogEvents",
      "logs:GetLogEvents",
      "logs:StartQuery",
      "secretsmanager:GetSecretValue",
      "sqs:ReceiveMessage",
      "ssm:GetParameter*",
    ]
    resources = ["*"]
  }

  # A database's new password is drawn in a plan too, and thrown away.
  statement {
    actions   = ["secretsmanager:GetRandomPassword"]
    resources = ["*"]
  }

  # The state is all that it reads of S3. It plans with -lock=false, so that it need not write.
  statement {
    effect        = "Deny"
    actions       = ["s3:GetObject*"]
    not_resources = ["arn:${local.partition}:s3:::${var.state_bucket}/*"]
  }
}
