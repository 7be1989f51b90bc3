# moto 5.2 looks for the subnets of a replica in the region of its primary, so that here each is an instance of its own. It
# does not keep what is said of Performance Insights and of parameters.
resource "aws_db_instance" "this" {
  replicate_source_db         = null
  allocated_storage           = 20
  db_name                     = "app"
  username                    = "app"
  manage_master_user_password = local.replicated ? null : true

  lifecycle {
    ignore_changes = [performance_insights_enabled, performance_insights_kms_key_id]
  }
}

resource "aws_db_parameter_group" "this" {
  lifecycle {
    ignore_changes = [parameter]
  }
}
