variable "platform" {
  type = string
}

variable "account" {
  description = "The account that this root may touch; another is refused."
  type        = string
}

variable "region" {
  description = "IAM has none; the provider asks for one."
  type        = string
}

variable "teams" {
  type = map(string)
}

variable "trusted" {
  description = "Who may take the teams' roles, by ARN. Without any, this account."
  type        = list(string)
  default     = []
}

variable "clusters" {
  type = list(string)
}

variable "repository" {
  type = string
}

variable "state_bucket" {
  type = string
}

variable "bucket_prefix" {
  type = string
}

variable "lock_table" {
  type    = string
  default = null
}

variable "dns" {
  description = "Whether the state of the records, which are no cluster's, is in this account."
  type        = bool
  default     = false
}
