# A test gives back what it took.
resource "aws_dynamodb_table" "this" {
  deletion_protection_enabled = false
}

resource "aws_dynamodb_table_replica" "this" {
  deletion_protection_enabled = false
}
