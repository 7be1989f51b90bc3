# Teams have the group of their role. Ansible installs what the cluster runs on: an administrator.
locals {
  access = var.access_entries ? merge(
    {
      for team, role in var.teams : "team-${team}" => {
        principal_arn = var.team_role_arns[team]
        groups        = role == "admin" ? [] : [role]
        admin         = role == "admin"
      }
    },
    {
      for name, arn in var.ansible_role_arns : name => {
        principal_arn = arn
        groups        = []
        admin         = true
      } if name == var.cluster
    },
  ) : {}
}
