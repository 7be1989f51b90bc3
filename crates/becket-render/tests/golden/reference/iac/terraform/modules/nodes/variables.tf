variable "name" {
  description = "Prefix of every resource's name: the platform and the cluster."
  type        = string
}

variable "cluster_name" {
  description = "The cluster."
  type        = string
}

variable "cluster_endpoint" {
  description = "Address of the cluster's API."
  type        = string
}

variable "cluster_certificate_authority" {
  description = "The API's certificate authority, in Base64."
  type        = string
}

variable "cluster_service_cidr" {
  description = "Range of the addresses of Services."
  type        = string
}

variable "kubernetes_version" {
  description = "Version of the nodes: the cluster's."
  type        = string
}

variable "private_subnet_ids" {
  description = "Private subnets, by zone; every group is spread over all of them."
  type        = map(string)
}

variable "security_group_id" {
  description = "The group that nodes and control plane share."
  type        = string
}

variable "managed" {
  description = "Groups that EKS manages, by name. Sizes in GiB; instance types of one size and architecture."
  type = map(object({
    instance_types = list(string)
    architecture   = optional(string, "x86_64")
    os             = optional(string, "al2023")
    disk_size      = optional(number, 50)
    disk_type      = optional(string, "gp3")
    capacity       = optional(string, "on-demand")
    min            = number
    max            = number
    desired        = number
  }))
  default = {}

  validation {
    condition     = alltrue([for group in var.managed : group.min <= group.desired && group.desired <= group.max])
    error_message = "A group's sizes are not in order: min <= desired <= max."
  }

  validation {
    condition     = alltrue([for group in var.managed : contains(["al2023", "bottlerocket"], group.os) && contains(["x86_64", "arm64"], group.architecture) && contains(["on-demand", "spot"], group.capacity)])
    error_message = "os is al2023 or bottlerocket, architecture x86_64 or arm64, capacity on-demand or spot."
  }
}

variable "self_managed" {
  description = "Auto scaling groups of our own, by name; with scale_on_cpu, scaled for that average CPU use in percent."
  type = map(object({
    instance_types = list(string)
    architecture   = optional(string, "x86_64")
    os             = optional(string, "al2023")
    disk_size      = optional(number, 50)
    disk_type      = optional(string, "gp3")
    capacity       = optional(string, "on-demand")
    min            = number
    max            = number
    desired        = number
    scale_on_cpu   = optional(number)
  }))
  default = {}

  validation {
    condition     = alltrue([for group in var.self_managed : group.min <= group.desired && group.desired <= group.max])
    error_message = "A group's sizes are not in order: min <= desired <= max."
  }

  validation {
    condition     = alltrue([for group in var.self_managed : contains(["al2023", "bottlerocket"], group.os) && contains(["x86_64", "arm64"], group.architecture) && contains(["on-demand", "spot"], group.capacity)])
    error_message = "os is al2023 or bottlerocket, architecture x86_64 or arm64, capacity on-demand or spot."
  }

  validation {
    condition     = length(setintersection(keys(var.self_managed), keys(var.managed))) == 0
    error_message = "A group is either managed or self-managed."
  }
}

variable "cilium_installed" {
  description = "Whether Cilium is installed, so that nodes become ready."
  type        = bool
}

variable "access_entries" {
  description = "False where the API has no access entries, as that of a local AWS."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of instances and volumes, which the provider's default tags do not reach."
  type        = map(string)
  default     = {}
}

variable "instance_refresh" {
  description = "Whether nodes of self-managed groups are replaced when their launch template changes. A local AWS cannot."
  type        = bool
  default     = true
}
