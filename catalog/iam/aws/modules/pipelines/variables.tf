variable "platform" {
  description = "Prefix of every role's name."
  type        = string
}

variable "clusters" {
  description = "The clusters of this account; each is an environment of the repository at GitHub."
  type        = list(string)
}

variable "repository" {
  description = "The repository whose workflows plan and apply, as owner/name."
  type        = string
}

variable "state_bucket" {
  description = "The bucket of Terraform's state, which plan reads."
  type        = string
}

variable "bucket_prefix" {
  description = "What the name of each cluster's bucket begins with; the cluster's name follows."
  type        = string
}

variable "lock_table" {
  description = "The table of locks beside that bucket, where there is one."
  type        = string
  default     = null
}

variable "dns" {
  description = "Whether the state of the records, which are no cluster's, is in this account."
  type        = bool
  default     = false
}
