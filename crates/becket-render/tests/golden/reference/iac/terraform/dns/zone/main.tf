resource "cloudflare_zone" "this" {
  count = var.create_zone ? 1 : 0

  account = { id = var.account_id }
  name    = var.domain

  # Made anew it has other name servers, which the registrar would have to be told.
  lifecycle {
    prevent_destroy = true
  }
}

data "cloudflare_zone" "this" {
  count = var.create_zone ? 0 : 1

  filter = { name = var.domain }
}

locals {
  zone_id      = var.create_zone ? cloudflare_zone.this[0].id : data.cloudflare_zone.this[0].id
  account_id   = var.create_zone ? var.account_id : data.cloudflare_zone.this[0].account.id
  name_servers = var.create_zone ? cloudflare_zone.this[0].name_servers : data.cloudflare_zone.this[0].name_servers

  # Certificates of one account prove a domain by the same record, in whichever region they are.
  validation_records = merge(concat(values(var.validation_records), values(var.cdn_validation_records))...)
}

resource "cloudflare_dns_record" "validation" {
  for_each = local.validation_records

  zone_id = local.zone_id
  name    = each.key
  type    = each.value.type
  content = each.value.content
  ttl     = 300
  comment = "Proves to ACM whose the domain is, now and at each renewal."
}
