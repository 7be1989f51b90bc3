# One gateway for all zones, with an address reserved elsewhere in each. Naming them keeps AWS from adding others, which
# no allow list would know. It is not called `this`: the provider cannot turn a zonal gateway into a regional one.
resource "aws_nat_gateway" "regional" {
  vpc_id            = aws_vpc.this.id
  availability_mode = "regional"
  tags              = { Name = var.name }

  dynamic "availability_zone_address" {
    for_each = var.subnets

    content {
      availability_zone = availability_zone_address.key
      allocation_ids    = [var.nat_allocation_ids[availability_zone_address.key]]
    }
  }

  depends_on = [aws_internet_gateway.this]
}

locals {
  nat_gateway_ids = { for zone in keys(var.subnets) : zone => aws_nat_gateway.regional.id }
}
