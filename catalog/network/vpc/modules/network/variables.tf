variable "name" {
  description = "Prefix of every resource's name: the platform and the cluster."
  type        = string
}

variable "cidr" {
  description = "Address range of the VPC. Ranges of clusters that may ever be peered must not overlap."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && tonumber(split("/", var.cidr)[1]) <= 20
    error_message = "Give an IPv4 range of /20 or larger, such as 10.10.0.0/16."
  }
}

variable "subnets" {
  description = "Ranges of the public and the private subnet, by zone. Once used, a zone keeps its ranges."
  type = map(object({
    public  = string
    private = string
  }))

  validation {
    condition     = length(var.subnets) >= 2
    error_message = "EKS needs subnets in at least two zones; three survive the loss of one."
  }
}

variable "nat_allocation_ids" {
  description = "Allocation of the reserved external address, by zone."
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
