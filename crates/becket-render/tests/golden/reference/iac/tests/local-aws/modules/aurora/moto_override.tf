# moto 5.2 finds no cluster by its ARN to make a global one of, and does not keep the tags of that. It says that every cluster
# is serverless of the first kind, and does not keep what is said of Performance Insights.
resource "aws_rds_global_cluster" "this" {
  source_db_cluster_identifier = null
  engine                       = "aurora-postgresql"
  storage_encrypted            = true

  lifecycle {
    ignore_changes = [tags, tags_all]
  }
}

resource "aws_rds_cluster" "this" {
  lifecycle {
    ignore_changes = [global_cluster_identifier, scaling_configuration]
  }
}

resource "aws_rds_cluster_instance" "this" {
  lifecycle {
    ignore_changes = [performance_insights_enabled, performance_insights_kms_key_id]
  }
}
