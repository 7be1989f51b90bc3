organisation = "example-organisation"
repositories = ["iac", "gitops", "example-service"]
environments = { example-cluster = ["example-team"] }

checks = {
  iac = ["Validate", "Plans", "Terratest", "Ansible"]
}
