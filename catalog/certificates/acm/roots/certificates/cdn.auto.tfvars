cdn_certificates = {
  "example.com" = ["*.example.com"]
}
