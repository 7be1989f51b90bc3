# Teams have the group of their role. Who installs what the cluster runs on is an administrator; Ansible's other playbooks
# have the groups of ansible/rbac. An Argo CD on another cluster brings this one to what Git says, whatever that is.
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
      install = {
        principal_arn = var.install_role_arns[var.cluster]
        groups        = []
        admin         = true
      }
      ansible = {
        principal_arn = var.ansible_role_arns[var.cluster]
        groups        = ["ansible-backup", "ansible-maintenance", "ansible-restore"]
        admin         = false
      }
    },
    {
      for name, arn in var.argocd_role_arns : "argocd-${name}" => {
        principal_arn = arn
        groups        = []
        admin         = true
      }
    },
  ) : {}
}
