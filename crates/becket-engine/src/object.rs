//! Names of Kubernetes objects, and how the engine reads their fields.
//!
//! An object is plain data. What is not there reads as absent, whatever stands in its place: the kinds that the engine
//! runs are checked where they are read.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// Which object: group, kind, namespace and name. The version says only how one is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty for what is cluster-wide.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl ObjectKey {
    /// The key of `object`, which without a namespace of its own is in `namespace`.
    pub fn of(object: &Value, namespace: &str) -> Self {
        let version = text(object, "/apiVersion").unwrap_or_default();
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let kind = text(object, "/kind").unwrap_or_default();
        let own = text(object, "/metadata/namespace").unwrap_or(namespace);
        Self {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: if cluster_wide(group, kind) { "" } else { own }.to_owned(),
            name: text(object, "/metadata/name").unwrap_or_default().to_owned(),
        }
    }

    /// The key of an object of the core group.
    pub fn core(kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            group: String::new(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }

    /// Whether it is of this group and kind.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

fn cluster_wide(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        ("", "Namespace" | "Node" | "PersistentVolume")
            | ("rbac.authorization.k8s.io", "ClusterRole" | "ClusterRoleBinding")
            | ("apiextensions.k8s.io", "CustomResourceDefinition")
            | ("storage.k8s.io", "StorageClass")
            | ("scheduling.k8s.io", "PriorityClass")
            | ("gateway.networking.k8s.io", "GatewayClass")
    )
}

/// The string at `pointer` (RFC 6901).
pub fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer)?.as_str()
}

/// The strings of a mapping, such as labels; values that are no strings are left out.
pub fn strings(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// A scalar without quotes.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a label selector (`matchLabels`, `matchExpressions`) selects `labels`. An empty one selects all.
pub fn selects(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let equal = strings(selector.get("matchLabels"))
        .iter()
        .all(|(key, value)| labels.get(key) == Some(value));
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    equal
        && expressions
            .into_iter()
            .flatten()
            .all(|one| expression(one, labels))
}

fn expression(expression: &Value, labels: &BTreeMap<String, String>) -> bool {
    let label = text(expression, "/key").and_then(|key| labels.get(key));
    let values = expression.get("values").and_then(Value::as_array);
    let among = label.is_some_and(|label| {
        values
            .into_iter()
            .flatten()
            .any(|value| value.as_str() == Some(label))
    });
    match text(expression, "/operator") {
        Some("In") => among,
        Some("NotIn") => !among,
        Some("Exists") => label.is_some(),
        Some("DoesNotExist") => label.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_namespace_is_not_inside_one() {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "qa"}});
        assert_eq!(
            ObjectKey::of(&namespace, "qa"),
            ObjectKey::core("Namespace", "", "qa")
        );
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "orders"}});
        assert_eq!(
            ObjectKey::of(&service, "qa"),
            ObjectKey::core("Service", "qa", "orders")
        );
    }

    #[test]
    fn selectors_select() {
        let labels = BTreeMap::from([("app".to_owned(), "orders".to_owned())]);
        let cases = [
            (json!({}), true),
            (json!({"matchLabels": {"app": "orders"}}), true),
            (json!({"matchLabels": {"app": "catalog"}}), false),
            (
                json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["orders"]}]}),
                true,
            ),
            (
                json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["orders"]}]}),
                false,
            ),
            (
                json!({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}),
                false,
            ),
            (
                json!({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}),
                true,
            ),
        ];
        for (selector, expected) in cases {
            assert_eq!(selects(&selector, &labels), expected, "{selector}");
        }
    }
}
