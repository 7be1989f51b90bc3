variable "platform" {
  type = string
}

variable "account" {
  description = "The account that this root may touch; another is refused."
  type        = string
}

variable "region" {
  type = string
}

variable "bucket" {
  type = string
}

variable "table" {
  type = string
}
