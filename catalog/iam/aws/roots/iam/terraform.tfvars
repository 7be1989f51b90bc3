platform      = "example-platform"
account       = "111122223333"
region        = "example-region"
teams         = { example-team = "developer" }
clusters      = ["example-cluster"]
repository    = "example-organisation/iac"
state_bucket  = "example-organisation-example-platform-terraform"
bucket_prefix = "example-organisation-example-platform"
lock_table    = "example-organisation-example-platform-terraform-locks"
dns           = true
