# What still bears the platform's tag or name in one account and region: nothing, once all roots are destroyed.

data "aws_resourcegroupstaggingapi_resources" "this" {
  tag_filter {
    key    = "platform"
    values = [var.platform]
  }
}

data "aws_instances" "this" {
  instance_tags        = { platform = var.platform }
  instance_state_names = ["pending", "running", "stopping", "stopped"]
}

data "aws_eips" "this" {
  tags = { platform = var.platform }
}

data "aws_nat_gateways" "this" {
  tags = { platform = var.platform }

  filter {
    name   = "state"
    values = ["pending", "available", "failed"]
  }
}

data "aws_eks_clusters" "this" {}

data "aws_autoscaling_groups" "this" {}

data "aws_db_instances" "this" {}

data "aws_iam_roles" "this" {
  name_regex = "^${var.platform}-"
}

locals {
  # A key waits for days until it is gone; instances and NAT gateways are shown for an hour after. Snapshots that RDS makes
  # by itself go with their cluster.
  lingering = [":key/", ":instance/", ":natgateway/", ":cluster-snapshot:rds:", ":snapshot:rds:"]

  tagged = data.aws_resourcegroupstaggingapi_resources.this.resource_tag_mapping_list[*].resource_arn
  named = concat(
    tolist(data.aws_eks_clusters.this.names),
    data.aws_autoscaling_groups.this.names,
    data.aws_db_instances.this.instance_identifiers,
  )
}
