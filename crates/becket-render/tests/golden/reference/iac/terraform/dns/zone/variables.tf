variable "domain" {
  type = string
}

variable "create_zone" {
  description = "Whether the zone is made here, or there already."
  type        = bool
}

variable "account_id" {
  description = "The account at Cloudflare that the zone is made in. Of a zone that is there already, it is looked up."
  type        = string
  default     = null

  validation {
    condition     = !var.create_zone || var.account_id != null
    error_message = "A zone is made in an account: give account_id."
  }
}

variable "validation_records" {
  description = "A fact: output validation_records of each cluster's certificates."
  type = map(map(object({
    type    = string
    content = string
  })))
}

variable "cdn_validation_records" {
  description = "A fact: output validation_records of each cdn-certificates."
  type = map(map(object({
    type    = string
    content = string
  })))
  default = {}
}
