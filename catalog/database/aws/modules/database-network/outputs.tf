output "subnet_group_name" {
  description = "Subnets that a database may be in."
  value       = aws_db_subnet_group.this.name
}

output "security_group_id" {
  description = "The group that databases are in."
  value       = aws_security_group.this.id
}
