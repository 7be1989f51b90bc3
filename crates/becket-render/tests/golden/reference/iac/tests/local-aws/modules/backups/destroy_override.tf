# A test gives back what it took.
resource "aws_s3_bucket" "this" {
  lifecycle {
    prevent_destroy = false
  }
}
