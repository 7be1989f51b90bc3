# moto 5.2 shows each hook with a queue and a role of its own.
resource "aws_autoscaling_lifecycle_hook" "drain" {
  lifecycle {
    ignore_changes = [notification_target_arn, role_arn]
  }
}
