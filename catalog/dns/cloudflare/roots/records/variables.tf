variable "platform" {
  type = string
}

variable "environments" {
  description = "Where each environment is, the preferred cluster first, and which hosts it has."
  type = map(object({
    domain   = string
    clusters = list(string)
    hosts    = list(string)
  }))
}

variable "api_hosts" {
  description = "The name that leads to the API, by cluster, of clusters whose Argo CD is on another."
  type        = map(string)
  default     = {}
}

variable "zone_id" {
  description = "A fact: output zone_id of ../zone."
  type        = string
}

variable "account_id" {
  description = "A fact: output account_id of ../zone."
  type        = string
}

variable "load_balancers" {
  description = "A fact: output load_balancer_hostnames of each cluster's ingress. None until there is one."
  type        = map(list(string))
}

variable "distributions" {
  description = "A fact: output distributions of each cluster's cdn, by host."
  type        = map(map(string))
  default     = {}
}

variable "cluster_endpoints" {
  description = "A fact: output cluster_endpoint of each such cluster's eks. None until it is made."
  type        = map(string)
  default     = {}
}

variable "health_check_path" {
  description = "Answered with 200 by the first host of an environment where it is ready for traffic."
  type        = string
  default     = "/readyz"
}
