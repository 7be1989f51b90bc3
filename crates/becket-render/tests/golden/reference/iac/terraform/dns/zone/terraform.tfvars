domain      = "acme.example"
create_zone = false
