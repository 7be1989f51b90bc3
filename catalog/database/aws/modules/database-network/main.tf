# Where the databases of a cluster are, and who may connect to them.

resource "aws_db_subnet_group" "this" {
  name        = "${var.name}-databases"
  description = "Private subnets of ${var.name}"
  subnet_ids  = values(var.private_subnet_ids)
}

# No rules for what goes out: a database answers, and connects to nobody.
resource "aws_security_group" "this" {
  # checkov:skip=CKV2_AWS_5: the databases have it, in modules of their own
  name        = "${var.name}-databases"
  description = "PostgreSQL, from the cluster ${var.name}"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-databases" }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.this.id
  description                  = "From the nodes, and so the pods, of the cluster"
  referenced_security_group_id = var.cluster_security_group_id
  from_port                    = 5432
  to_port                      = 5432
  ip_protocol                  = "tcp"
}
