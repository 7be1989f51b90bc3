output "certificates" {
  description = "By domain: the ARN, and the names of the records that have to be in DNS before it is issued."
  value = {
    for domain, certificate in aws_acm_certificate.this : domain => {
      arn                = certificate.arn
      validation_records = [for record in local.records[domain] : record.name]
    }
  }
}

output "validation_records" {
  description = "Type and content of each record, by its name."
  value = {
    for record in distinct(flatten(values(local.records))) : record.name => {
      type    = record.type
      content = record.content
    }
  }
}
