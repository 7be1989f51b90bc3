variable "platform" {
  type = string
}

variable "cluster" {
  type = string
}

variable "account" {
  description = "The account that this root may touch; another is refused."
  type        = string
}

variable "region" {
  type = string
}

variable "databases" {
  description = "Databases by service and environment: by rds or aurora, whether users depend on it, the cluster whose database it is a replica of, the regions that have one of it."
  type = map(object({
    kind            = string
    production      = bool
    replica_of      = optional(string)
    replica_regions = optional(list(string), [])
  }))
  default = {}

  validation {
    condition     = alltrue([for database in var.databases : contains(["rds", "aurora"], database.kind)])
    error_message = "A database is by rds or aurora."
  }
}

variable "tables" {
  description = "Tables of DynamoDB by service and environment, and in it by the service's name for each."
  type = map(object({
    service         = string
    environment     = string
    production      = bool
    replica_of      = optional(string)
    replica_regions = optional(list(string), [])
    tables          = map(object({ name = string, key = string }))
  }))
  default = {}
}

variable "postgres_version" {
  description = "Major version of PostgreSQL. Minor ones come by themselves."
  type        = string
  default     = "17"
}

variable "password_versions" {
  description = "By database with replicas, where it is not the first: raise it for another password. AWS changes all others itself."
  type        = map(number)
  default     = {}
}

variable "identity" {
  description = "How pods get AWS roles: pod-identity, or irsa."
  type        = string
  default     = "pod-identity"
}

variable "pod_identity_associations" {
  description = "False where the API has none, as that of a local AWS."
  type        = bool
  default     = true
}

variable "vpc_id" {
  description = "A fact: output vpc_id of ../network."
  type        = string
}

variable "private_subnet_ids" {
  description = "A fact: output private_subnet_ids of ../network."
  type        = map(string)
}

variable "cluster_name" {
  description = "A fact: output cluster_name of ../eks."
  type        = string
}

variable "cluster_security_group_id" {
  description = "A fact: output cluster_security_group_id of ../eks."
  type        = string
}

variable "oidc_issuer" {
  description = "A fact: output oidc_issuer of ../eks."
  type        = string
}

variable "oidc_provider_arn" {
  description = "A fact: output oidc_provider_arn of ../eks. Null with Pod Identity."
  type        = string
  default     = null
}

variable "primaries" {
  description = "A fact where a database is a replica: output primaries of the other cluster's database."
  type = map(object({
    arn               = string
    secret_arn        = string
    engine_version    = optional(string)
    global_cluster_id = optional(string)
  }))
  default = {}
}

variable "primary_table_arns" {
  description = "A fact where a table is a replica: output table_arns of the other cluster's database."
  type        = map(map(string))
  default     = {}
}
