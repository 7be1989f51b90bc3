# Laid over each root for a run against LocalStack, whose address is AWS_ENDPOINT_URL. Keys that no account knows: should
# that be missing, AWS refuses.
provider "aws" {
  access_key              = var.account # LocalStack is in the account that the key names
  secret_key              = "test"
  s3_use_path_style       = true
  skip_metadata_api_check = true
}
