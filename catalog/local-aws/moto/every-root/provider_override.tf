# Laid over each root for a run against moto, whose address is AWS_ENDPOINT_URL. Keys that no account knows: should
# that be missing, AWS refuses.
provider "aws" {
  access_key              = "test"
  secret_key              = "test"
  s3_use_path_style       = true
  skip_metadata_api_check = true

  # moto is in the account of the role; the role need not exist.
  assume_role {
    role_arn = "arn:aws:iam::${var.account}:role/test"
  }
}
