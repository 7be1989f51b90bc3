# What stays inside of AWS: no NAT gateway carries it, and none is paid for it.

data "aws_region" "this" {}

locals {
  # "name" is deprecated since 6.0 and "region" is new there; "id" is the same in both.
  region = data.aws_region.this.id
}

# Tables and subnets are associated one by one: those of a new zone change no endpoint.
resource "aws_vpc_endpoint" "gateway" {
  for_each = toset(["s3", "dynamodb"])

  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${local.region}.${each.key}"
  vpc_endpoint_type = "Gateway"
  tags              = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_endpoint_route_table_association" "public" {
  for_each = aws_vpc_endpoint.gateway

  vpc_endpoint_id = each.value.id
  route_table_id  = aws_route_table.public.id
}

resource "aws_vpc_endpoint_route_table_association" "private" {
  for_each = {
    for pair in setproduct(keys(aws_vpc_endpoint.gateway), keys(var.subnets)) :
    "${pair[0]}/${pair[1]}" => { service = pair[0], zone = pair[1] }
  }

  vpc_endpoint_id = aws_vpc_endpoint.gateway[each.value.service].id
  route_table_id  = aws_route_table.private[each.value.zone].id
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface_endpoints

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${local.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  security_group_ids  = aws_security_group.endpoints[*].id
  tags                = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_endpoint_subnet_association" "interface" {
  for_each = {
    for pair in setproduct(var.interface_endpoints, keys(var.subnets)) :
    "${pair[0]}/${pair[1]}" => { service = pair[0], zone = pair[1] }
  }

  vpc_endpoint_id = aws_vpc_endpoint.interface[each.value.service].id
  subnet_id       = aws_subnet.private[each.value.zone].id
}

resource "aws_security_group" "endpoints" {
  # checkov:skip=CKV2_AWS_5: the interface endpoints above have it, each one
  count = length(var.interface_endpoints) > 0 ? 1 : 0

  name        = "${var.name}-endpoints"
  description = "HTTPS from inside of the network to the endpoints of AWS services."
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${var.name}-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  count = length(var.interface_endpoints) > 0 ? 1 : 0

  security_group_id = aws_security_group.endpoints[0].id
  description       = "From the network itself"
  cidr_ipv4         = var.cidr
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}
