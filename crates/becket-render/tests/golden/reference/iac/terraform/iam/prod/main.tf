# Who may do what in this account. An administrator applies it by hand: no pipeline changes its own rights.
module "people" {
  source = "../../modules/people"

  platform = var.platform
  teams    = var.teams
  trusted  = var.trusted
}

module "pipelines" {
  source = "../../modules/pipelines"

  platform      = var.platform
  clusters      = var.clusters
  repository    = var.repository
  state_bucket  = var.state_bucket
  bucket_prefix = var.bucket_prefix
  lock_table    = var.lock_table
  dns           = var.dns
}
