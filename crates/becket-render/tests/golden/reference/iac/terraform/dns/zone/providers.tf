# The token comes from CLOUDFLARE_API_TOKEN.
provider "cloudflare" {}
