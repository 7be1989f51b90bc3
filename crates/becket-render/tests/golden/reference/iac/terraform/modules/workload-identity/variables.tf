variable "name" {
  description = "Name of the role."
  type        = string
}

variable "cluster_name" {
  description = "The cluster in which the pods run."
  type        = string
}

variable "namespace" {
  description = "Namespace of the service account."
  type        = string
}

variable "service_account" {
  description = "Name of the service account."
  type        = string
}

variable "policy_arns" {
  description = "Policies of AWS that the pods get."
  type        = list(string)
  default     = []
}

variable "policies" {
  description = "Policies of their own, as JSON, by name."
  type        = map(string)
  default     = {}
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
  description = "Who signs the tokens of service accounts; IRSA compares it."
  type        = string
}

variable "associate" {
  description = "Whether Pod Identity knows the service account already; its agent is an add-on."
  type        = bool
  default     = true
}
