output "role_arns" {
  description = "Roles of the nodes, by kind of group: managed, self-managed."
  value       = { for kind, role in aws_iam_role.node : kind => role.arn }
}

output "autoscaling_groups" {
  description = "Names of the self-managed groups, by node group."
  value       = { for name, group in aws_autoscaling_group.this : name => group.name }
}

output "autoscaling_group_arns" {
  description = "The self-managed groups, by node group."
  value       = { for name, group in aws_autoscaling_group.this : name => group.arn }
}
