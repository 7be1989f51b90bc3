variable "name" {
  description = "The database's name."
  type        = string
}

variable "username" {
  description = "The user that the password is of."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts the secret."
  type        = string
}

variable "replica_regions" {
  description = "Regions that need the secret too."
  type        = list(string)
}

variable "password_version" {
  description = "Which password it is, counted from 1."
  type        = number
}
