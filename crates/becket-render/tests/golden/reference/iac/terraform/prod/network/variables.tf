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

variable "cidr" {
  type = string
}

variable "subnets" {
  type = map(object({ public = string, private = string }))
}

variable "nat_allocation_ids" {
  description = "A fact: output nat_allocation_ids of ../addresses."
  type        = map(string)
}

variable "ipv6" {
  description = "Whether the network has IPv6 beside IPv4."
  type        = bool
  default     = false
}

variable "interface_endpoints" {
  description = "Services of AWS that are reached without leaving the network, such as ecr.api. Each costs by the hour and zone."
  type        = set(string)
  default     = []
}

variable "flow_logs" {
  description = "Where the record of connections goes: into a bucket, or to CloudWatch, which keeps it for some days."
  type = object({
    bucket         = optional(string)
    retention_days = optional(number, 90)
  })
  default = {}
}
