variable "name" {
  description = "The cluster's name at EKS: the platform and the cluster."
  type        = string
}

variable "kubernetes_version" {
  description = "Minor version. EKS goes up one at a time, and never down."
  type        = string
}

variable "private_subnet_ids" {
  description = "Private subnets, by zone; the control plane has interfaces in some. It keeps the zones that it was made with."
  type        = map(string)

  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "EKS needs subnets in at least two zones; three survive the loss of one."
  }
}

variable "public_access_cidrs" {
  description = "Ranges from which the API answers over the internet. Without any it answers from the network of the cluster only."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.public_access_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Give ranges such as 203.0.113.0/24."
  }
}

variable "access" {
  description = "Who may talk to the API, by name: an IAM role, its groups in Kubernetes, and whether it is an administrator."
  type = map(object({
    principal_arn = string
    groups        = optional(set(string), [])
    admin         = optional(bool, false)
  }))
  default = {}
}

variable "identity" {
  description = "How pods get AWS roles: pod-identity, or irsa."
  type        = string
  default     = "pod-identity"

  validation {
    condition     = contains(["pod-identity", "irsa"], var.identity)
    error_message = "Say pod-identity or irsa."
  }
}

variable "log_retention_days" {
  description = "How long the logs of the control plane are kept."
  type        = number
  default     = 365
}

variable "wait" {
  description = "Whether to wait until the API answers, for six minutes at most. Not where Terraform cannot reach it."
  type        = bool
}
