module "network" {
  source = "../../modules/network"

  name                = "${var.platform}-${var.cluster}"
  cidr                = var.cidr
  subnets             = var.subnets
  nat_allocation_ids  = var.nat_allocation_ids
  ipv6                = var.ipv6
  interface_endpoints = var.interface_endpoints
  flow_logs           = var.flow_logs
}
