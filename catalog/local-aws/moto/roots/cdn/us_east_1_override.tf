# As the provider without an alias.
provider "aws" {
  alias                   = "us_east_1"
  access_key              = "test"
  secret_key              = "test"
  skip_metadata_api_check = true

  assume_role {
    role_arn = "arn:aws:iam::${var.account}:role/test"
  }
}
