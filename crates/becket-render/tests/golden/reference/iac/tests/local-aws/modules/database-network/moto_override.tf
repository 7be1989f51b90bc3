# moto 5.2 loses a subnet group that is changed.
resource "aws_db_subnet_group" "this" {
  lifecycle {
    ignore_changes = [subnet_ids]
  }
}

# It does not keep the description of a rule, and makes no security group for a cluster: the rule names its own.
resource "aws_vpc_security_group_ingress_rule" "this" {
  referenced_security_group_id = aws_security_group.this.id

  lifecycle {
    ignore_changes = [description]
  }
}
