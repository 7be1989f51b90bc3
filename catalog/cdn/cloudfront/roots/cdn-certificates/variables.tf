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

variable "certificates" {
  description = "What else each certificate is for, by its domain."
  type        = map(set(string))
}
