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

variable "bucket" {
  description = "What Ansible calls it in group_vars/<cluster>/cluster.yaml."
  type        = string
}

variable "retention_days" {
  description = "How long objects and dumps are kept."
  type        = number
  default     = 90
}
