# A test gives back what it took.
resource "aws_eip" "nat" {
  lifecycle {
    prevent_destroy = false
  }
}
