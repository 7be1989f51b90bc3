output "bucket" {
  value = module.backups.bucket
}
