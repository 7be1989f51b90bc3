module "backups" {
  source = "../../modules/backups"

  bucket         = var.bucket
  retention_days = var.retention_days
}
