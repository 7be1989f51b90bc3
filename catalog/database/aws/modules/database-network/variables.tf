variable "name" {
  description = "Prefix of every resource's name: the platform and the cluster."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "private_subnet_ids" {
  description = "Private subnets, by zone."
  type        = map(string)

  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "RDS needs subnets in at least two zones."
  }
}

variable "cluster_security_group_id" {
  description = "The security group that the cluster's nodes are in."
  type        = string
}
