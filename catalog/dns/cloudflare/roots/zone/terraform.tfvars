domain      = "example.com"
create_zone = false
account_id  = "example-account"
