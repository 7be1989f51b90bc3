# An environment on several clusters is where the first healthy one of them is. All hosts of it move together, since their
# data does.

locals {
  failover = { for name, environment in local.environments : name => environment if environment.several }

  pools = merge([
    for name, environment in local.failover : {
      for cluster in environment.clusters : "${name}-${cluster}" => { environment = name, cluster = cluster }
    }
  ]...)
}

resource "cloudflare_load_balancer_monitor" "this" {
  for_each = local.failover

  account_id     = var.account_id
  description    = "${var.platform}: ${each.key}"
  type           = "https"
  path           = var.health_check_path
  header         = { Host = [each.value.hosts[0]] }
  expected_codes = "200"
}

resource "cloudflare_load_balancer_pool" "this" {
  for_each = local.pools

  account_id = var.account_id
  name       = "${var.platform}-${each.key}"
  monitor    = cloudflare_load_balancer_monitor.this[each.value.environment].id

  origins = [{
    name    = each.value.cluster
    address = local.load_balancers[each.value.cluster]
  }]
}

resource "cloudflare_load_balancer" "this" {
  for_each = local.failover

  zone_id         = var.zone_id
  name            = each.value.ingress
  steering_policy = "off" # in the order of the list
  default_pools   = [for cluster in each.value.clusters : cloudflare_load_balancer_pool.this["${each.key}-${cluster}"].id]
  fallback_pool   = cloudflare_load_balancer_pool.this["${each.key}-${each.value.clusters[0]}"].id
  ttl             = 30
}
