output "team_role_arns" {
  value = module.people.role_arns
}

output "plan_role_arn" {
  value = module.pipelines.plan_role_arn
}

output "apply_role_arns" {
  value = module.pipelines.apply_role_arns
}

output "install_role_arns" {
  value = module.pipelines.install_role_arns
}

output "ansible_role_arns" {
  value = module.pipelines.ansible_role_arns
}
