# What the node termination handler listens to: EC2 says in a queue that it will take a node away, and the handler drains
# it first. For self-managed groups only; EKS drains the nodes of managed groups by itself.

locals {
  events = {
    spot = {
      source = "aws.ec2"
      type   = "EC2 Spot Instance Interruption Warning"
    }
    rebalance = {
      source = "aws.ec2"
      type   = "EC2 Instance Rebalance Recommendation"
    }
    state = {
      source = "aws.ec2"
      type   = "EC2 Instance State-change Notification"
    }
    health = {
      source = "aws.health"
      type   = "AWS Health Event"
    }
    lifecycle = {
      source = "aws.autoscaling"
      type   = "EC2 Instance-terminate Lifecycle Action"
    }
  }
}

resource "aws_sqs_queue" "this" {
  name                      = "${var.name}-node-termination"
  message_retention_seconds = 300 # a warning older than that is of a node that is gone
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.id
  policy    = data.aws_iam_policy_document.queue.json
}

data "aws_iam_policy_document" "queue" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.this.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for rule in aws_cloudwatch_event_rule.this : rule.arn]
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.events

  name = "${var.name}-${each.key}"
  event_pattern = jsonencode({
    source      = [each.value.source]
    detail-type = [each.value.type]
  })
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.events

  rule = aws_cloudwatch_event_rule.this[each.key].name
  arn  = aws_sqs_queue.this.arn
}

# Holds a node that is to go until the handler has drained it, five minutes at most.
resource "aws_autoscaling_lifecycle_hook" "drain" {
  for_each = var.autoscaling_groups

  name                   = "drain"
  autoscaling_group_name = each.value
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = 300
  default_result         = "CONTINUE"
}

module "identity" {
  source = "../workload-identity"

  name              = "${var.name}-node-termination"
  cluster_name      = var.cluster_name
  namespace         = "kube-system"
  service_account   = "aws-node-termination-handler"
  policies          = { node-termination = data.aws_iam_policy_document.handler.json }
  irsa              = var.irsa
  oidc_provider_arn = var.oidc_provider_arn
  oidc_issuer       = var.oidc_issuer
  associate         = var.associate
}

data "aws_iam_policy_document" "handler" {
  statement {
    actions   = ["sqs:DeleteMessage", "sqs:ReceiveMessage"]
    resources = [aws_sqs_queue.this.arn]
  }

  statement {
    actions   = ["autoscaling:CompleteLifecycleAction"]
    resources = values(var.autoscaling_group_arns)
  }

  # checkov:skip=CKV_AWS_356: neither can be limited to some instances or groups
  statement {
    actions   = ["autoscaling:DescribeAutoScalingInstances", "ec2:DescribeInstances"]
    resources = ["*"]
  }
}
