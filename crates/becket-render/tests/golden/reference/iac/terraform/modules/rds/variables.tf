variable "name" {
  description = "Name of the instance."
  type        = string
}

variable "engine_version" {
  description = "Major version of PostgreSQL. Minor ones come by themselves."
  type        = string
}

variable "production" {
  description = "Whether users depend on it: larger, in several zones, protected from deletion, longer backups."
  type        = bool
}

variable "primary" {
  description = "Of which instance it is a replica: its ARN, and that of its secret here."
  type        = object({ arn = string, secret_arn = string })
  default     = null
}

variable "replica_regions" {
  description = "Regions that have a replica of it."
  type        = list(string)
  default     = []
}

variable "password_version" {
  description = "Which password it is, counted from 1; of a database with replicas only, as AWS changes all others itself."
  type        = number
  default     = 1
}

variable "subnet_group_name" {
  description = "Subnets that it may be in."
  type        = string
}

variable "security_group_id" {
  description = "The group that databases are in."
  type        = string
}

variable "kms_key_arn" {
  description = "The key for storage, secret, logs and insights."
  type        = string
}
