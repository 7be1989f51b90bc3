variable "platform" {
  type = string
}

variable "account" {
  description = "The account to look in; another is refused."
  type        = string
}

variable "region" {
  type = string
}
