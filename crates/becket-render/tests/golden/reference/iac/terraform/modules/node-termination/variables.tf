variable "name" {
  description = "Prefix of every resource's name: the platform and the cluster."
  type        = string
}

variable "cluster_name" {
  description = "The cluster."
  type        = string
}

variable "autoscaling_groups" {
  description = "Names of the groups whose nodes are drained, by node group."
  type        = map(string)
}

variable "autoscaling_group_arns" {
  description = "The same groups."
  type        = map(string)
}

variable "irsa" {
  description = "Whether the role is got by IRSA rather than by Pod Identity."
  type        = bool
  default     = false
}

variable "oidc_provider_arn" {
  description = "The cluster's OIDC provider; IRSA needs it."
  type        = string
  default     = null
}

variable "oidc_issuer" {
  description = "Who signs the tokens of service accounts."
  type        = string
}

variable "associate" {
  description = "Whether Pod Identity knows the handler's service account already."
  type        = bool
}
