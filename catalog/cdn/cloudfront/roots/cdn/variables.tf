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
  description = "Where the logs are kept."
  type        = string
}

variable "hosts" {
  type = map(object({
    origin      = string
    certificate = string
  }))
}

variable "certificates" {
  description = "A fact: output certificates of ../cdn-certificates."
  type = map(object({
    arn                = string
    validation_records = list(string)
  }))
}

variable "validation_record_names" {
  description = "A fact: output validation_record_names of ../../dns/zone. Null does not ask whether the records are in DNS."
  type        = set(string)
}

variable "web_acl_id" {
  description = "The ARN of a web ACL of WAF in us-east-1, which requests have to pass."
  type        = string
  default     = null
}
