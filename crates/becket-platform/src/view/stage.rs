//! What a service in an environment offers beside what each of them does.

use becket_document::Fragment;
use serde_json::{Value, json};

use super::{Layer, environment, network, text};
use crate::model::{Environment, Platform, Service};
use crate::names::{EnvironmentName, ServiceName};

pub(super) fn put(
    platform: &Platform,
    (service_name, service): (&ServiceName, &Service),
    (name, environment): (&EnvironmentName, &Environment),
    view: &mut Layer,
) {
    let at = &environment.at;
    let replicas = service.at.key("replicas");
    view.put("stage.name", text(name), at);
    view.put("stage.namespace", text(name), at);
    view.put(
        "stage.replicas",
        Value::from(service.replicas.in_environment(name.as_str())),
        &replicas,
    );
    view.put("stage.config", json!([format!("ENVIRONMENT={name}")]), at);
    let host = service
        .host
        .as_ref()
        .map(|host| format!("{}.{}", host.as_str(), environment::domain(platform, name)));
    let host_at = service.at.key("host");
    view.put("stage.has.host", Value::from(host.is_some()), &host_at);
    let hostnames = host.iter().map(text).collect::<Vec<_>>();
    view.put("stage.host", host.map_or(Value::Null, text), &host_at);
    view.put("stage.hostnames", Value::from(hostnames), &host_at);
    let egress = network::stage_egress(platform, service, environment);
    let clusters = at.key("clusters");
    view.put("stage.has.network", Value::from(egress.is_some()), &clusters);
    view.put(
        "stage.network.egress",
        egress.unwrap_or(Fragment::Scalar(Value::Null)),
        &clusters,
    );
    view.put(
        "stage.network.name",
        text(format!("{service_name}-database")),
        &service.at,
    );
}
