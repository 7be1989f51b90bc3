//! What a stack of Pulumi's takes as objects: the values that Terraform's variables have, with keys as TypeScript writes
//! them. Names of groups, services and tables are keys too, and stay, as they hold no underscore. And what is a file of its
//! own in Terraform, or a fact, and a setting here.

use serde_json::Value;

use super::{Layer, text};
use crate::model::Platform;

const OBJECTS: [(&str, &str); 5] = [
    ("cluster.databases", "cluster.pulumi.databases"),
    ("cluster.flow_logs", "cluster.pulumi.flow_logs"),
    ("cluster.nodes.managed", "cluster.pulumi.nodes.managed"),
    ("cluster.nodes.self_managed", "cluster.pulumi.nodes.self_managed"),
    ("cluster.tables", "cluster.pulumi.tables"),
];

/// The clusters whose outputs a fact of Terraform names.
const CLUSTERS: [(&str, &str); 2] = [
    ("platform.dns.load_balancers", "platform.pulumi.ingress_clusters"),
    ("platform.dns.distributions", "platform.pulumi.cdn_clusters"),
];

/// Adds to the view of the platform who makes ways out of its networks, and which clusters DNS asks for something, when
/// the facts for Terraform are in it.
pub(super) fn put_platform(platform: &Platform, view: &mut Layer) {
    let nat = platform.capabilities.provider("nat").unwrap_or_default();
    let at = platform.at.key("capabilities").key("nat");
    view.put("platform.nat.provider", text(nat), &at);
    view.put("platform.nat.regional", Value::from(nat == "regional"), &at);
    for (facts, clusters) in CLUSTERS {
        let leaf = view.leaves.iter().find(|(path, _)| *path == facts);
        if let Some((_, leaf)) = leaf {
            let (facts, origin) = (leaf.value.to_value(), leaf.origin.clone());
            let names = facts
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, _)| text(name));
            view.put(clusters, names.collect::<Value>(), &origin);
        }
    }
}

/// Adds to the view of a cluster, when the values for Terraform are in it.
pub(super) fn put_cluster(view: &mut Layer) {
    for (terraform, pulumi) in OBJECTS {
        let leaf = view.leaves.iter().find(|(path, _)| *path == terraform);
        if let Some((_, leaf)) = leaf {
            let (value, origin) = (camel_keys(leaf.value.to_value()), leaf.origin.clone());
            view.put(pulumi, value, &origin);
        }
    }
}

fn camel_keys(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (camel(&key), camel_keys(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(camel_keys).collect(),
        other => other,
    }
}

fn camel(key: &str) -> String {
    let mut parts = key.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::camel_keys;

    #[test]
    fn keys_are_camel_case_and_values_stay() {
        let nodes =
            json!({ "general-1": { "instance_types": ["m7i.large"], "scale_on_cpu": 60, "os": "al2023" } });
        assert_eq!(
            camel_keys(nodes),
            json!({ "general-1": { "instanceTypes": ["m7i.large"], "scaleOnCpu": 60, "os": "al2023" } })
        );
    }
}
