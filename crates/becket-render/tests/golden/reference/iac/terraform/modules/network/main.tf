# A VPC with one public and one private subnet per zone; the ways out of the private ones are in nat.tf. Everything is
# keyed by the zone's name: adding or reordering zones leaves the others alone.

locals {
  # The zone's letter decides its IPv6 ranges, so that they move as little as the others.
  letters = { for zone, ranges in var.subnets : zone => index(split("", "abcdefghijklmnopqrstuvwxyz"), substr(zone, -1, 1)) }
}

resource "aws_vpc" "this" {
  cidr_block                       = var.cidr
  assign_generated_ipv6_cidr_block = var.ipv6
  enable_dns_support               = true
  enable_dns_hostnames             = true
  tags                             = { Name = var.name }
}

# Nobody uses the group that AWS makes; emptied so that nobody can.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-default-unused" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = var.name }
}

# A way out for IPv6, and none in.
resource "aws_egress_only_internet_gateway" "this" {
  count = var.ipv6 ? 1 : 0

  vpc_id = aws_vpc.this.id
  tags   = { Name = var.name }
}

resource "aws_subnet" "public" {
  for_each = var.subnets

  vpc_id                          = aws_vpc.this.id
  availability_zone               = each.key
  cidr_block                      = each.value.public
  ipv6_cidr_block                 = var.ipv6 ? cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, 2 * local.letters[each.key]) : null
  assign_ipv6_address_on_creation = var.ipv6

  tags = {
    Name                     = "${var.name}-public-${each.key}"
    "kubernetes.io/role/elb" = "1" # internet-facing load balancers
  }
}

resource "aws_subnet" "private" {
  for_each = var.subnets

  vpc_id                          = aws_vpc.this.id
  availability_zone               = each.key
  cidr_block                      = each.value.private
  ipv6_cidr_block                 = var.ipv6 ? cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, 2 * local.letters[each.key] + 1) : null
  assign_ipv6_address_on_creation = var.ipv6

  tags = {
    Name                              = "${var.name}-private-${each.key}"
    "kubernetes.io/role/internal-elb" = "1"      # internal load balancers
    "karpenter.sh/discovery"          = var.name # where Karpenter may put nodes
  }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }

  dynamic "route" {
    for_each = var.ipv6 ? ["::/0"] : []

    content {
      ipv6_cidr_block = route.value
      gateway_id      = aws_internet_gateway.this.id
    }
  }

  tags = { Name = "${var.name}-public" }
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table" "private" {
  for_each = var.subnets

  vpc_id = aws_vpc.this.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = local.nat_gateway_ids[each.key]
  }

  dynamic "route" {
    for_each = aws_egress_only_internet_gateway.this[*].id

    content {
      ipv6_cidr_block        = "::/0"
      egress_only_gateway_id = route.value
    }
  }

  tags = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[each.key].id
}
