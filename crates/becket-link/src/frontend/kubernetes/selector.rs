//! Label selectors: `matchLabels` and `matchExpressions`, and the bare map of a Service.

use serde_json::Value;

/// Whether a label selector accepts `labels`. An empty selector accepts all.
pub(crate) fn accepts(selector: &Value, labels: Option<&Value>) -> bool {
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
    let equal = selector
        .get("matchLabels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let expressions = selector
        .get("matchExpressions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    equal.into_iter().all(|(key, value)| label(key) == value.as_str())
        && expressions.into_iter().all(|expression| {
            let key = expression.get("key").and_then(Value::as_str).unwrap_or_default();
            let values = expression
                .get("values")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let listed =
                label(key).is_some_and(|label| values.iter().any(|value| value.as_str() == Some(label)));
            match expression.get("operator").and_then(Value::as_str) {
                Some("In") => listed,
                Some("NotIn") => !listed,
                Some("Exists") => label(key).is_some(),
                Some("DoesNotExist") => label(key).is_none(),
                _ => true,
            }
        })
}

/// Whether the selector of a Service accepts `labels`.
pub(crate) fn accepts_map(selector: &Value, labels: Option<&Value>) -> bool {
    let wanted = selector.as_object().into_iter().flatten();
    wanted
        .into_iter()
        .all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_selector_means_what_kubernetes_means() {
        let labels = json!({ "app": "orders", "tier": "back" });
        let accept = |selector: Value| accepts(&selector, Some(&labels));
        assert!(accept(json!({})));
        assert!(accept(json!({ "matchLabels": { "app": "orders" } })));
        assert!(!accept(json!({ "matchLabels": { "app": "order" } })));
        assert!(accept(
            json!({ "matchExpressions": [{ "key": "tier", "operator": "In", "values": ["front", "back"] }] })
        ));
        assert!(accept(
            json!({ "matchExpressions": [{ "key": "zone", "operator": "DoesNotExist" }] })
        ));
        assert!(accept(
            json!({ "matchExpressions": [{ "key": "zone", "operator": "NotIn", "values": ["a"] }] })
        ));
        assert!(!accepts(&json!({ "matchLabels": { "app": "orders" } }), None));
        assert!(accepts_map(&json!({ "app": "orders" }), Some(&labels)));
    }
}
