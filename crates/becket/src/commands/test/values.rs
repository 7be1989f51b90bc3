//! Values that are known before anything is there, against those that AWS gave: ranges of networks and subnets, an
//! address for each zone. Read from a root's variables and from its state, a local file during a test.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use becket_document::{Node, hcl};
use serde_json::Value;

/// A root's variables.
pub(super) fn variables(tfvars: &str) -> Node {
    hcl::parse(tfvars).body.to_node(tfvars)
}

/// The names of the outputs that an `outputs.tf` declares.
pub(super) fn outputs(text: &str) -> Vec<String> {
    let body = hcl::parse(text).body;
    let outputs = body.blocks_of("output");
    outputs
        .filter_map(|block| Some(block.labels.first()?.text.clone()))
        .collect()
}

/// What in the state differs from what the variables say, a line each.
pub(super) fn different(variables: &Node, state: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let mut compare = |what: &str, wanted: BTreeSet<String>, found: BTreeSet<String>| {
        for missing in wanted.difference(&found) {
            lines.push(format!("there is no {what} {missing}"));
        }
        for further in found.difference(&wanted) {
            lines.push(format!("{what} {further} is nowhere in terraform.tfvars"));
        }
    };
    let text = |name: &str| variables.get(name).and_then(Node::as_str);
    if let Some(cidr) = text("cidr") {
        let vpcs = instances(state, "aws_vpc").filter_map(|vpc| vpc["cidr_block"].as_str());
        compare("VPC", [cidr.to_owned()].into(), vpcs.map(str::to_owned).collect());
    }
    if let Some(subnets) = variables.get("subnets") {
        let wanted = subnets.entries().iter().flat_map(|zone| {
            let ranges = zone
                .value
                .entries()
                .iter()
                .filter_map(|range| range.value.as_str());
            ranges.map(|range| format!("{range} in {}", zone.name()))
        });
        let of =
            |key: &'static str| move |subnet: &Value| subnet[key].as_str().unwrap_or_default().to_owned();
        let found = instances(state, "aws_subnet").map(|subnet| {
            format!(
                "{} in {}",
                of("cidr_block")(subnet),
                of("availability_zone")(subnet)
            )
        });
        compare("subnet", wanted.collect(), found.collect());
    }
    if let Some(zones) = variables.get("availability_zones") {
        let addresses: BTreeSet<Ipv4Addr> = instances(state, "aws_eip")
            .filter_map(|address| address["public_ip"].as_str()?.parse().ok())
            .collect();
        let (wanted, found) = (zones.items().len(), addresses.len());
        if wanted != found {
            lines.push(format!("{wanted} zones have {found} external addresses"));
        }
    }
    lines
}

/// The attributes of the resources of type `kind`.
fn instances<'s>(state: &'s Value, kind: &'s str) -> impl Iterator<Item = &'s Value> {
    let resources = state["resources"].as_array().map_or(&[][..], Vec::as_slice);
    let resources = resources
        .iter()
        .filter(move |resource| resource["type"] == kind && resource["mode"] == "managed");
    resources
        .filter_map(|resource| resource["instances"].as_array())
        .flatten()
        .map(|instance| &instance["attributes"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn state(kind: &str, instances: &Value) -> Value {
        let instances = instances.as_array().unwrap();
        let instances: Vec<_> = instances
            .iter()
            .map(|attributes| json!({ "attributes": attributes }))
            .collect();
        json!({ "resources": [{ "mode": "managed", "type": kind, "instances": instances }] })
    }

    #[test]
    fn declared_outputs_are_known_by_name() {
        let text = "output \"a\" {\n  value = null\n}\n\nlocals {\n  b = 1\n}\n\noutput \"c\" {\n  value = local.b\n}\n";
        assert_eq!(outputs(text), ["a", "c"]);
    }

    #[test]
    fn ranges_and_addresses_are_those_of_the_variables() {
        let network = "cidr = \"10.10.0.0/16\"\n\nsubnets = {\n  eu-west-1a = { public = \"10.10.0.0/22\", private = \"10.10.32.0/19\" }\n}\n";
        let subnet = |range: &str| json!({ "cidr_block": range, "availability_zone": "eu-west-1a" });
        let there = state(
            "aws_subnet",
            &json!([subnet("10.10.0.0/22"), subnet("10.10.64.0/19")]),
        );
        assert_eq!(
            different(&variables(network), &there),
            [
                "there is no VPC 10.10.0.0/16",
                "there is no subnet 10.10.32.0/19 in eu-west-1a",
                "subnet 10.10.64.0/19 in eu-west-1a is nowhere in terraform.tfvars",
            ]
        );
        let vpc = state("aws_vpc", &json!([{ "cidr_block": "10.10.0.0/16" }]));
        assert_eq!(different(&variables("cidr = \"10.10.0.0/16\"\n"), &vpc), [""; 0]);
        let addresses = "availability_zones = [\"eu-west-1a\", \"eu-west-1b\"]\n";
        let one = json!({ "public_ip": "203.0.113.7" });
        let twice = state("aws_eip", &json!([one, one]));
        assert_eq!(
            different(&variables(addresses), &twice),
            ["2 zones have 1 external addresses"]
        );
    }
}
