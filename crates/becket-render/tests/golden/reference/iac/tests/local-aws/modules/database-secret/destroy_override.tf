# A test gives back what it took, and at once.
resource "aws_secretsmanager_secret" "this" {
  recovery_window_in_days = 0
}
