# The table is deprecated: both locks are held, so that dropping dynamodb_table is all there is to migrating.
terraform {
  backend "s3" {
    bucket         = "example-terraform"
    key            = "example-cluster/example-root.tfstate"
    region         = "eu-west-1"
    encrypt        = true
    use_lockfile   = true
    dynamodb_table = "example-terraform-locks"
  }
}
