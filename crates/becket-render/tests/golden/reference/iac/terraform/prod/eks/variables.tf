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

variable "kubernetes_version" {
  type = string
}

variable "private_subnet_ids" {
  description = "A fact: output private_subnet_ids of ../network."
  type        = map(string)
}

variable "public_access_cidrs" {
  description = "Ranges from which the API answers over the internet. Without any it answers from the network of the cluster only."
  type        = list(string)
  default     = []
}

variable "teams" {
  description = "What each team may do: admin, developer, releaser or viewer."
  type        = map(string)
}

variable "team_role_arns" {
  description = "A fact: output team_role_arns of the account's iam."
  type        = map(string)
}

variable "install_role_arns" {
  description = "A fact: output install_role_arns of the account's iam, by cluster."
  type        = map(string)
}

variable "ansible_role_arns" {
  description = "A fact: output ansible_role_arns of the account's iam, by cluster."
  type        = map(string)
}

variable "argocd_reaches_others" {
  description = "Whether the Argo CD on this cluster serves others too."
  type        = bool
  default     = false
}

variable "argocd_role_arns" {
  description = "A fact where Argo CD is on another cluster: output argocd_role_arns of that cluster's eks."
  type        = map(string)
  default     = {}
}

variable "identity" {
  description = "How pods get AWS roles: pod-identity, or irsa."
  type        = string
  default     = "pod-identity"
}

variable "managed_nodes" {
  description = "Groups that EKS manages, by name."
  type = map(object({
    instance_types = list(string)
    architecture   = optional(string)
    os             = optional(string)
    disk_size      = number
    disk_type      = optional(string)
    capacity       = optional(string)
    min            = number
    max            = number
    desired        = number
  }))
  default = {}
}

variable "self_managed_nodes" {
  description = "Auto scaling groups of our own, by name."
  type = map(object({
    instance_types = list(string)
    architecture   = optional(string)
    os             = optional(string)
    disk_size      = number
    disk_type      = optional(string)
    capacity       = optional(string)
    min            = number
    max            = number
    desired        = number
    scale_on_cpu   = optional(number)
  }))
  default = {}
}

variable "wait_for_cluster" {
  description = "Whether to wait until the API answers. Where nothing is said, where it answers over the internet: whoever applies is in one of the ranges."
  type        = bool
  default     = null
}

variable "cilium_installed" {
  description = "Whether ansible/cilium.yaml has run. Managed node groups and add-ons come with the apply after that."
  type        = bool
  default     = false
}

variable "addons" {
  description = "Add-ons of EKS. None where the API has none, as that of a local AWS."
  type        = set(string)
  default     = ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent"]
}

variable "access_entries" {
  description = "False where the API has no access entries, as that of a local AWS."
  type        = bool
  default     = true
}

variable "instance_refresh" {
  description = "Whether nodes of self-managed groups are replaced when their launch template changes. A local AWS cannot."
  type        = bool
  default     = true
}
