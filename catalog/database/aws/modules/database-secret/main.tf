# The password of a database that has a replica in another region: AWS does not keep those itself, as it does for all
# others. It is in no state and no plan: Terraform passes it on while it runs, and forgets it.
#
# Another password, or one again after an apply that stopped halfway: raise `password_version`.

ephemeral "aws_secretsmanager_random_password" "this" {
  password_length     = 40
  exclude_punctuation = true # so that it stands in an address as it is
}

resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV2_AWS_57: a rotation needs a function of our own; the password is rotated by `password_version`

  # A prefix, because a name stays taken for a month after its secret was deleted.
  name_prefix = "${var.name}-"
  description = "User and password of the database ${var.name}"
  kms_key_id  = var.kms_key_arn

  # By the key of AWS there: ours comes with the replica, later than this.
  dynamic "replica" {
    for_each = toset(var.replica_regions)

    content {
      region = replica.key
    }
  }
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = jsonencode({ username = var.username, password = ephemeral.aws_secretsmanager_random_password.this.random_password })
  secret_string_wo_version = var.password_version
}
