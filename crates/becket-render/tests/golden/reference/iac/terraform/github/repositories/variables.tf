variable "organisation" {
  description = "The owner of the repositories."
  type        = string
}

variable "repositories" {
  description = "The repositories whose main is guarded."
  type        = list(string)
}

variable "checks" {
  description = "What a pull request has to pass, by repository: names of jobs of its workflows."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for repository in keys(var.checks) : contains(var.repositories, repository)])
    error_message = "Checks are of repositories that stand in repositories."
  }
}

variable "environments_of" {
  description = "The repository whose workflows reach the clusters."
  type        = string
  default     = "iac"
}

variable "environments" {
  description = "Teams of whom one approves what is done to a cluster, by cluster. Without any, nobody is asked."
  type        = map(list(string))

  validation {
    condition     = alltrue([for teams in values(var.environments) : length(teams) <= 6])
    error_message = "GitHub takes six teams for an environment at most: make one team of them."
  }
}
