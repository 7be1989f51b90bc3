variable "name" {
  description = "Prefix of every resource's name: the platform and the cluster."
  type        = string
}

variable "hosts" {
  description = "What stands behind each host, and the domain of the certificate that covers it."
  type = map(object({
    origin      = string
    certificate = string
  }))
}

variable "certificate_arns" {
  description = "Of issued certificates in us-east-1, by domain."
  type        = map(string)
}

variable "web_acl_id" {
  description = "The ARN of a web ACL of WAF in us-east-1, which requests have to pass."
  type        = string
  default     = null
}

variable "log_retention_days" {
  type    = number
  default = 90
}
