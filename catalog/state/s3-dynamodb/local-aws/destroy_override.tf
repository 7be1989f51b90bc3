# A test gives back what it took.
resource "aws_s3_bucket" "state" {
  lifecycle {
    prevent_destroy = false
  }
}

resource "aws_dynamodb_table" "locks" {
  lifecycle {
    prevent_destroy = false
  }
}
