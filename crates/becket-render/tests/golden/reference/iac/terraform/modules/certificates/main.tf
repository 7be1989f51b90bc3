# Asks for certificates. Nothing here waits: ACM issues them once their validation records are in DNS.
resource "aws_acm_certificate" "this" {
  for_each = var.certificates

  domain_name               = each.key
  subject_alternative_names = each.value
  validation_method         = "DNS"
  tags                      = { Name = each.key }

  # A load balancer lets go of the old one only when it has the new one.
  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # A domain and its wildcard are proved by one record.
  records = {
    for domain, certificate in aws_acm_certificate.this : domain => distinct([
      for option in certificate.domain_validation_options : {
        name    = trimsuffix(option.resource_record_name, ".")
        type    = option.resource_record_type
        content = trimsuffix(option.resource_record_value, ".")
      }
    ])
  }
}
