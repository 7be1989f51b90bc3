# moto 5.2 makes no route in a table that is added later, and then cannot delete the endpoint.
resource "aws_vpc_endpoint" "gateway" {
  lifecycle {
    ignore_changes = [route_table_ids]
  }
}
