variable "bucket" {
  description = "Name of the bucket; no other in the world may have it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 small letters, digits, dots and hyphens."
  }
}

variable "retention_days" {
  description = "How long objects and dumps are kept."
  type        = number
  default     = 90
}
