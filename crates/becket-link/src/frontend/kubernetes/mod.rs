//! Kubernetes objects: what they refer to.

mod address;
mod collector;
mod field;
pub(crate) mod policy;
pub(crate) mod selector;
pub(crate) mod workload;

use becket_document::KeyPath;
use serde_json::Value;

use crate::object::Object;
use crate::symbol::Reference;

use collector::Collector;
use field::{list, text};

/// Everything that `objects`, those of one namespace, refer to by name.
pub(crate) fn references(objects: &[Object], namespace: &str) -> Vec<Reference> {
    let mut references = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let mut found = Collector::new(namespace, index, &mut references);
        if let Some(template) = workload::template(object) {
            template.configuration(&mut found);
        }
        match object.resource.kind().as_ref() {
            "HTTPRoute" | "GRPCRoute" => backends(object, &mut found),
            "ConfigMap" => addresses(object, &mut found),
            _ => {}
        }
    }
    references
}

/// The addresses among the values of a `ConfigMap`.
fn addresses(map: &Object, found: &mut Collector<'_>) {
    let data = map.at("/data").and_then(Value::as_object);
    for (key, value) in data.into_iter().flatten() {
        if let Some(text) = value.as_str() {
            found.address(text, KeyPath::of_keys(["data", key]));
        }
    }
}

/// The Services that a route sends requests to.
fn backends(route: &Object, found: &mut Collector<'_>) {
    let rules = route
        .at("/spec")
        .map(|spec| list(spec, "rules"))
        .unwrap_or_default();
    for (rule_index, rule) in rules.iter().enumerate() {
        let path = KeyPath::of_keys(["spec", "rules"])
            .index(rule_index)
            .key("backendRefs");
        for (index, backend) in list(rule, "backendRefs").iter().enumerate() {
            let is_service = text(backend, "kind").is_none_or(|kind| kind == "Service");
            let Some(name) = text(backend, "name").filter(|_| is_service) else {
                continue;
            };
            let path = path.index(index);
            let port = backend.get("port").and_then(Value::as_u64);
            found.service(text(backend, "namespace"), name, port, &path);
        }
    }
}
