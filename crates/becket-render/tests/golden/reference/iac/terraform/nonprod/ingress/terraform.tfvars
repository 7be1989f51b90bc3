platform = "storefront"
cluster  = "nonprod"
account  = "111111111111"
region   = "eu-west-1"
