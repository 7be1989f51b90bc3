# A distribution per host. It keeps what a service's Cache-Control lets it keep, and asks the service for the rest.

locals {
  # Policies that AWS manages have the same IDs everywhere.
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
  use_origin_cache_control_headers = "4cc15a8a-d715-48a4-82b8-cc0b614638fe" # with query strings
  all_viewer                       = "216adef6-5c7f-47e4-b989-5492eafa07d3" # the Host too: by it the gateway knows the service
  security_headers                 = "67f7725c-6f97-4210-82d7-5512b31e9d03"
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_68:What a firewall would let through is not known here. Name one by web_acl_id.
  #checkov:skip=CKV2_AWS_47:As above.
  #checkov:skip=CKV_AWS_86:Logs are delivered by CloudWatch's vended logs, in logs.tf.
  #checkov:skip=CKV_AWS_305:The service answers / itself.
  #checkov:skip=CKV_AWS_310:The origin is a name that DNS takes to a healthy region; origin groups would refuse POST.
  #checkov:skip=CKV_AWS_374:The service is for the whole world.
  #checkov:skip=CKV2_AWS_32:It has the policy that AWS manages, which is no resource here.
  for_each = var.hosts

  comment         = "${var.name}: ${each.key}"
  aliases         = [each.key]
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  web_acl_id      = var.web_acl_id

  origin {
    origin_id   = "ingress"
    domain_name = each.value.origin

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id           = "ingress"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.use_origin_cache_control_headers
    origin_request_policy_id   = local.all_viewer
    response_headers_policy_id = local.security_headers
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.certificate_arns[each.value.certificate]
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }

  tags = { Name = each.key }
}
