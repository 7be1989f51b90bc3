terraform {
  backend "http" {
    address        = "https://state.example.com/states/example-root"
    lock_address   = "https://state.example.com/states/example-root"
    unlock_address = "https://state.example.com/states/example-root"
  }
}
