# Made before all else, once per account. Its own state is a file here at first, since the bucket is not there yet:
#
#   terraform init && terraform apply
#
# then it moves into the bucket that it made: name the bucket in a backend.tf as the other roots have it, with the key
# bootstrap.tfstate, and
#
#   terraform init -migrate-state
#
module "state" {
  source = "../../modules/state"

  bucket = var.bucket
}
