output "leftovers" {
  value = concat(
    [for arn in local.tagged : arn if !anytrue([for part in local.lingering : strcontains(arn, part)])],
    data.aws_instances.this.ids,
    data.aws_eips.this.allocation_ids,
    data.aws_nat_gateways.this.ids,
    [for name in local.named : name if startswith(name, "${var.platform}-")],
    tolist(data.aws_iam_roles.this.names),
  )
}
