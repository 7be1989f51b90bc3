# A test gives back what it took.
resource "aws_rds_cluster" "this" {
  deletion_protection = false
  skip_final_snapshot = true
}

resource "aws_rds_global_cluster" "this" {
  deletion_protection = false
}
