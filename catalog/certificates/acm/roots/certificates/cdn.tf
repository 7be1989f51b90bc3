# CloudFront takes certificates from this region only, wherever the cluster is.
provider "aws" {
  alias               = "us_east_1"
  region              = "us-east-1"
  allowed_account_ids = [var.account]

  default_tags {
    tags = {
      platform = var.platform
      cluster  = var.cluster
    }
  }
}

module "cdn_certificates" {
  source    = "../../modules/certificates"
  providers = { aws = aws.us_east_1 }

  certificates = var.cdn_certificates
}

variable "cdn_certificates" {
  description = "As certificates, for hosts that are answered by CloudFront."
  type        = map(set(string))
}

output "cdn_certificates" {
  value = module.cdn_certificates.certificates
}

output "cdn_validation_records" {
  value = module.cdn_certificates.validation_records
}
