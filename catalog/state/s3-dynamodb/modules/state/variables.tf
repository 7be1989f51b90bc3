variable "bucket" {
  description = "Name of the bucket; no other in the world may have it."
  type        = string
}

variable "table" {
  description = "Name of the table that holds the locks."
  type        = string
}
