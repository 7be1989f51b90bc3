variable "platform" {
  description = "Prefix of every role's name."
  type        = string
}

variable "teams" {
  description = "What each team may do: admin, developer, releaser or viewer."
  type        = map(string)

  validation {
    condition     = alltrue([for role in var.teams : contains(["admin", "developer", "releaser", "viewer"], role)])
    error_message = "A team is admin, developer, releaser or viewer."
  }
}

variable "trusted" {
  description = "Who may take the roles: accounts by ARN, whose users show a second factor, or roles, as that of an identity provider, which asks for one itself. Without any, this account."
  type        = list(string)
  default     = []
}
