# A gateway per zone, on an address reserved elsewhere: a zone whose gateway fails loses its own way out and nobody else's.
resource "aws_nat_gateway" "this" {
  for_each = var.subnets

  subnet_id     = aws_subnet.public[each.key].id
  allocation_id = var.nat_allocation_ids[each.key]
  tags          = { Name = "${var.name}-${each.key}" }

  depends_on = [aws_internet_gateway.this]
}

locals {
  nat_gateway_ids = { for zone, gateway in aws_nat_gateway.this : zone => gateway.id }
}
