variable "certificates" {
  description = "What else each certificate is for, by its domain: the wildcard, such as *.dev.acme.example, or nothing."
  type        = map(set(string))

  validation {
    condition     = alltrue([for domain in keys(var.certificates) : length(domain) <= 64])
    error_message = "The first name of a certificate has 64 characters at most."
  }

  validation {
    condition     = alltrue([for others in values(var.certificates) : length(others) <= 9])
    error_message = "A certificate has ten names at most, unless AWS has been asked for more."
  }
}
