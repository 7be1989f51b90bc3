# CloudFront takes certificates from this region only, wherever the cluster is.
provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = [var.account]

  default_tags {
    tags = {
      platform = var.platform
      cluster  = var.cluster
    }
  }
}
