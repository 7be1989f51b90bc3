variable "name" {
  description = "Prefix of every resource's name: the platform and the cluster."
  type        = string
}
