# moto 5.2 does not keep the description of a rule.
resource "aws_vpc_security_group_ingress_rule" "this" {
  lifecycle {
    ignore_changes = [description]
  }
}
