module "certificates" {
  source = "../../modules/certificates"

  certificates = var.certificates
}
