# A test gives back what it took.
resource "aws_db_instance" "this" {
  deletion_protection = false
  skip_final_snapshot = true
}
