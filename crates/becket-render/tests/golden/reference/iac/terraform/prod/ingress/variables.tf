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

variable "certificates" {
  description = "A fact: output certificates of ../certificates."
  type = map(object({
    arn                = string
    validation_records = list(string)
  }))
}

variable "validation_record_names" {
  description = "A fact: output validation_record_names of ../../dns/zone. Null does not ask whether the records are in DNS."
  type        = set(string)
}

variable "load_balancer_made" {
  description = "Whether the cluster's gateway runs and has made its load balancer. Without one nothing leads to the cluster."
  type        = bool
  default     = false
}
