# The lock of Terraform before 1.11. S3 locks by itself now; this stays until every root has let go of it.
resource "aws_dynamodb_table" "locks" {
  # checkov:skip=CKV_AWS_119: a lock holds no secret, and is encrypted with the key of AWS
  name         = var.table
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "LockID"

  attribute {
    name = "LockID"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}
