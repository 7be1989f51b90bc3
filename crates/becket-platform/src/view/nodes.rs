//! Groups of nodes, in the shape of a map of Terraform: by name, what EKS manages apart from what it does not.

use serde_json::{Map, Value, json};

use super::{Layer, text};
use crate::model::{Capacity, Cluster, DiskType, NodeGroup, OperatingSystem};

pub(super) fn put(cluster: &Cluster, view: &mut Layer) {
    let at = cluster.at.key("nodes");
    let groups = |managed: bool| -> Map<String, Value> {
        let groups = cluster.nodes.iter().filter(|(_, group)| group.managed == managed);
        groups
            .map(|(name, of)| (name.as_str().to_owned(), group(of)))
            .collect()
    };
    let (managed, self_managed) = (groups(true), groups(false));
    view.put("cluster.has.managed_nodes", Value::from(!managed.is_empty()), &at);
    view.put(
        "cluster.has.self_managed_nodes",
        Value::from(!self_managed.is_empty()),
        &at,
    );
    view.put("cluster.nodes.managed", Value::Object(managed), &at);
    view.put("cluster.nodes.self_managed", Value::Object(self_managed), &at);
}

/// A group, with what differs from the defaults of the module `nodes`.
fn group(group: &NodeGroup) -> Value {
    let mut view = json!({ "instance_types": group.instances.iter().map(text).collect::<Vec<_>>() });
    if architecture(group) != "x86_64" {
        view["architecture"] = text(architecture(group));
    }
    if group.os != OperatingSystem::Al2023 {
        view["os"] = text(group.os.as_str());
    }
    view["disk_size"] = group.disk.gibibytes().into();
    if group.disk_type != DiskType::Gp3 {
        view["disk_type"] = text(group.disk_type.as_str());
    }
    if group.capacity != Capacity::OnDemand {
        view["capacity"] = text(group.capacity.as_str());
    }
    view["min"] = group.min.into();
    view["desired"] = group.desired.unwrap_or(group.min).into();
    view["max"] = group.max.into();
    if let Some(share) = group.scale_on_cpu {
        let share = share.get();
        view["scale_on_cpu"] = if share.fract() == 0.0 {
            json!(format!("{share:.0}").parse::<u64>().unwrap_or_default())
        } else {
            json!(share)
        };
    }
    view
}

/// The architecture of a group's first instance type: the letters behind a family's generation hold a `g` where it is
/// Graviton (`m7g`, `c7gn`, `x2gd`, `g5g`).
fn architecture(group: &NodeGroup) -> &'static str {
    let first = group.instances.first().map_or("", |instance| instance.as_str());
    let family = first.split('.').next().unwrap_or_default();
    let family = family.split('-').next().unwrap_or_default();
    let letters = family.trim_start_matches(|c: char| !c.is_ascii_digit());
    let letters = letters.trim_start_matches(|c: char| c.is_ascii_digit());
    if letters.contains('g') { "arm64" } else { "x86_64" }
}

#[cfg(test)]
mod tests {
    use crate::parse;
    use crate::view::{Scope, views};

    fn nodes(nodes: &str) -> (String, String) {
        let text = format!(
            "becket: 1\nname: shop\norganisation: acme\ndomain: acme.example\n\
             clusters:\n  one:\n    nodes:\n{nodes}\
             environments: {{ prod: {{ clusters: [one] }} }}\n\
             services: {{ hello: {{ image: ghcr.io/acme/hello }} }}\n"
        );
        let parsed = parse("platform.yaml", &text);
        let views = views(parsed.platform().unwrap(), Scope::Cluster);
        let of = |path: &str| views[0].leaf(path).unwrap().value.to_value().to_string();
        (of("cluster.nodes.managed"), of("cluster.nodes.self_managed"))
    }

    #[test]
    fn groups_are_apart_by_who_manages_them() {
        let (managed, own) = nodes(
            "      general: { instances: [m7g.large], min: 2, max: 4, disk: 1Ti }\n      \
             batch: { managed: false, instances: [g5.xlarge], min: 0, desired: 1, max: 6, capacity: spot, scaleOnCpu: 60, os: bottlerocket, disk: 80G, diskType: gp2 }\n",
        );
        assert_eq!(
            managed,
            r#"{"general":{"instance_types":["m7g.large"],"architecture":"arm64","disk_size":1024,"min":2,"desired":2,"max":4}}"#
        );
        assert_eq!(
            own,
            r#"{"batch":{"instance_types":["g5.xlarge"],"os":"bottlerocket","disk_size":75,"disk_type":"gp2","capacity":"spot","min":0,"desired":1,"max":6,"scale_on_cpu":60}}"#
        );
    }
}
