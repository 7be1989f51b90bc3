output "leftovers" {
  value = concat(
    # A key waits for days until it is gone, and a NAT gateway is shown for an hour after.
    [for arn in local.tagged : arn if !strcontains(arn, ":key/") && !strcontains(arn, ":natgateway/")],
    data.aws_eips.this.allocation_ids,
    data.aws_nat_gateways.this.ids,
    [for name in local.named : name if startswith(name, "${var.platform}-")],
    tolist(data.aws_iam_roles.this.names),
  )
}
