variable "bucket" {
  description = "Name of the bucket; no other in the world may have it."
  type        = string
}
