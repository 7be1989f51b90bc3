module "cdn" {
  source    = "../../modules/cdn"
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }

  name             = "${var.platform}-${var.cluster}"
  hosts            = var.hosts
  certificate_arns = { for domain, validation in aws_acm_certificate_validation.this : domain => validation.certificate_arn }
  web_acl_id       = var.web_acl_id
}

# Waits until each certificate is issued. Without its record in DNS it would wait in vain, for over an hour.
resource "aws_acm_certificate_validation" "this" {
  provider = aws.us_east_1
  for_each = var.certificates

  certificate_arn         = each.value.arn
  validation_record_fqdns = each.value.validation_records

  lifecycle {
    precondition {
      condition     = var.validation_record_names == null ? true : length(setsubtract(each.value.validation_records, var.validation_record_names)) == 0
      error_message = "The record of ${each.key} is not in DNS. Apply dns/zone first, and fill the facts."
    }
  }
}
