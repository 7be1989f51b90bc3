# The rights by name, as the table uses them.
locals {
  policies = {
    clusters  = data.aws_iam_policy_document.clusters.json
    metrics   = data.aws_iam_policy_document.metrics.json
    logs      = data.aws_iam_policy_document.logs.json
    databases = data.aws_iam_policy_document.databases.json
  }
}

data "aws_iam_policy_document" "clusters" {
  # checkov:skip=CKV_AWS_356: a list is of everything or of nothing
  statement {
    actions   = ["eks:ListClusters"]
    resources = ["*"]
  }

  statement {
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:${local.partition}:eks:*:${local.account}:cluster/${var.platform}-*"]
  }
}

data "aws_iam_policy_document" "metrics" {
  # checkov:skip=CKV_AWS_356: AWS knows no resources for metrics
  statement {
    actions   = ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "logs" {
  # checkov:skip=CKV_AWS_356: results are of a query, which AWS knows no resource for
  statement {
    actions   = ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"]
    resources = ["arn:${local.partition}:logs:*:${local.account}:log-group:/aws/*/${var.platform}-*"]
  }

  statement {
    actions   = ["logs:GetQueryResults"]
    resources = ["*"]
  }
}

# How a database does, not what is in it.
data "aws_iam_policy_document" "databases" {
  # checkov:skip=CKV_AWS_356: a list is of everything or of nothing
  statement {
    actions   = ["dynamodb:DescribeTable", "dynamodb:ListTables", "rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeEvents"]
    resources = ["*"]
  }
}
