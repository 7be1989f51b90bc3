//! What a cluster's network and the address of its API have that not every one has.

use serde_json::{Value, json};

use super::{Layer, text};
use crate::model::{Cluster, FlowLogs};

pub(super) fn put(cluster: &Cluster, view: &mut Layer) {
    let mut list = |path, has, field: &str, items: Vec<Value>| {
        let at = cluster.at.key(field);
        view.put(has, Value::from(!items.is_empty()), &at);
        view.put(path, Value::from(items), &at);
    };
    list(
        "cluster.public_access",
        "cluster.has.public_access",
        "publicAccess",
        cluster.public_access.iter().map(text).collect(),
    );
    list(
        "cluster.endpoints",
        "cluster.has.endpoints",
        "endpoints",
        cluster.endpoints.iter().map(text).collect(),
    );
    view.put("cluster.ipv6", Value::from(cluster.ipv6), &cluster.at.key("ipv6"));
    let flow_logs = cluster.flow_logs.as_ref().map(flow_logs);
    let at = cluster.at.key("flowLogs");
    view.put("cluster.has.flow_logs", Value::from(flow_logs.is_some()), &at);
    view.put("cluster.flow_logs", flow_logs.unwrap_or(Value::Null), &at);
}

fn flow_logs(of: &FlowLogs) -> Value {
    match (&of.bucket, of.retention_days) {
        (Some(bucket), _) => json!({ "bucket": bucket.as_str() }),
        (None, Some(days)) => json!({ "retention_days": days.get() }),
        (None, None) => json!({}),
    }
}
