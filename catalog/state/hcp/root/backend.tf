terraform {
  cloud {
    organization = "example-organisation"

    workspaces {
      name = "example-platform-cluster-root"
    }
  }
}
