# Waits until each certificate is issued. Without its record in DNS it would wait in vain, for over an hour.
resource "aws_acm_certificate_validation" "this" {
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

# Made by the gateway's controller in the cluster, with these tags by the annotation
# service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags.
data "aws_lb" "this" {
  count = var.load_balancer_made ? 1 : 0

  tags = {
    platform = var.platform
    cluster  = var.cluster
    ingress  = "public"
  }
}
