variable "tables" {
  description = "Tables by the name that the service has for each: the name in the account, and the attribute that is the key."
  type        = map(object({ name = string, key = string }))
}

variable "production" {
  description = "Whether users depend on them: protected from deletion."
  type        = bool
}

variable "primary_arns" {
  description = "Of which tables they are replicas, by the same names; null where they are none."
  type        = map(string)
  default     = null
}

variable "replica_regions" {
  description = "Regions that have a replica of them."
  type        = list(string)
  default     = []
}

variable "kms_key_arn" {
  description = "The key that encrypts them here."
  type        = string
}
