organisation = "acme"
repositories = ["iac", "gitops", "frontend", "catalog", "orders"]
environments = {
  nonprod = []
  prod    = ["release-managers"]
  prod-dr = ["release-managers"]
  dns     = ["release-managers"]
}

checks = {
  iac = ["Validate", "Plans", "Terratest", "Ansible"]
}
