# What the Cluster Autoscaler may do: add nodes for pods that have none, and take away those that nobody needs. It finds groups
# by their tags, which EKS gives those that it manages. One that is scaled on CPU has none: two scalers would fight over it.
module "autoscaler" {
  source = "../../modules/workload-identity"

  name              = "${local.name}-autoscaler"
  cluster_name      = module.cluster.name
  namespace         = "kube-system"
  service_account   = "cluster-autoscaler"
  policies          = { autoscaler = data.aws_iam_policy_document.autoscaler.json }
  oidc_provider_arn = module.cluster.oidc_provider_arn
  oidc_issuer       = module.cluster.oidc_issuer
  irsa              = local.irsa
  associate         = local.addons_on
}

data "aws_iam_policy_document" "autoscaler" {
  # checkov:skip=CKV_AWS_356: what only reads cannot be limited to some groups; the rest is, by the tag
  statement {
    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "autoscaling:DescribeTags",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:GetInstanceTypesFromInstanceRequirements",
      "eks:DescribeNodegroup",
    ]
    resources = ["*"]
  }

  statement {
    actions   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/k8s.io/cluster-autoscaler/${local.name}"
      values   = ["owned"]
    }
  }
}
