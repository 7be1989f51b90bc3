locals {
  # Clusters whose gateway has made its load balancer, with its name.
  load_balancers = { for cluster, names in var.load_balancers : cluster => names[0] if length(names) > 0 }

  # Environments that have such a cluster, with those that they have.
  environments = {
    for name, environment in var.environments : name => merge(environment, {
      ingress  = "ingress.${environment.domain}"
      clusters = [for cluster in environment.clusters : cluster if contains(keys(local.load_balancers), cluster)]
      several  = length(environment.clusters) > 1
    }) if length(setintersection(environment.clusters, keys(local.load_balancers))) > 0
  }

  distributions = merge(values(var.distributions)...)
  hosts = merge([
    for environment in values(local.environments) : {
      for host in environment.hosts : host => lookup(local.distributions, host, environment.ingress)
    }
  ]...)
}

# Where an environment is. With several clusters, failover.tf says.
resource "cloudflare_dns_record" "ingress" {
  for_each = { for name, environment in local.environments : name => environment if !environment.several }

  zone_id = var.zone_id
  name    = each.value.ingress
  type    = "CNAME"
  content = local.load_balancers[each.value.clusters[0]]
  ttl     = 300
}

# Where Argo CD finds the API of a cluster that it is not on: a name that is known before the cluster is made.
resource "cloudflare_dns_record" "api" {
  for_each = { for cluster, host in var.api_hosts : host => var.cluster_endpoints[cluster] if contains(keys(var.cluster_endpoints), cluster) }

  zone_id = var.zone_id
  name    = each.key
  type    = "CNAME"
  content = trimprefix(each.value, "https://")
  ttl     = 300
}

# Who answers for a host: its environment, or the CDN before it. TLS ends there: Cloudflare does not stand in between.
resource "cloudflare_dns_record" "host" {
  for_each = local.hosts

  zone_id = var.zone_id
  name    = each.key
  type    = "CNAME"
  content = each.value
  ttl     = 300
}
