//! What a service offers: the same in every environment.

use serde_json::{Value, json};

use super::network::Callers;
use super::{Layer, network, text};
use crate::model::{Platform, Service};
use crate::names::ServiceName;

pub(super) fn put(
    platform: &Platform,
    callers: &Callers<'_>,
    name: &ServiceName,
    service: &Service,
    view: &mut Layer,
) {
    let at = &service.at;
    let needs = at.key("needs");
    let database = at.key("database");
    let host = at.key("host");
    view.put("service.name", text(name), at);
    view.put("service.port", Value::from(service.port.get()), &at.key("port"));
    view.put(
        "service.host",
        service
            .host
            .as_ref()
            .map_or(Value::Null, |host| text(host.as_str())),
        &host,
    );
    let names: Vec<_> = service.needs.iter().map(text).collect();
    view.put("service.needs", Value::from(names), &needs);
    view.put(
        "service.config",
        Value::from(literals(platform, service)),
        &at.key("config"),
    );
    view.put(
        "service.env",
        environment_variables(name, service),
        &at.key("database"),
    );
    view.put(
        "service.network.ingress",
        network::ingress(callers, name, service),
        at,
    );
    view.put(
        "service.network.egress",
        network::egress(platform, name, service),
        &needs,
    );
    view.put("service.has.host", Value::from(service.host.is_some()), &host);
    view.put(
        "service.has.database",
        Value::from(service.database.is_some()),
        &database,
    );
    let resources = &service.resources;
    view.put(
        "service.resources.cpu",
        text(resources.cpu.as_str()),
        &resources.at,
    );
    view.put(
        "service.resources.memory",
        text(resources.memory.as_str()),
        &resources.at,
    );
    view.put(
        "service.resources.limit",
        text(resources.limit.as_str()),
        &resources.at,
    );
}

/// The name of the variable that holds a needed service's address: `CATALOG_URL`.
pub(crate) fn url_variable(service: &str) -> String {
    format!("{}_URL", service.to_uppercase().replace('-', "_"))
}

/// The configuration as `KEY=value`: where the needed services are, then what the platform file says, in its order.
fn literals(platform: &Platform, service: &Service) -> Vec<String> {
    let needs = service.needs.iter().filter_map(|need| {
        let port = platform.services.get(need.as_str())?.port.get();
        Some(format!("{}=http://{need}:{port}", url_variable(need.as_str())))
    });
    let config = service
        .config
        .iter()
        .map(|(key, value)| format!("{}={value}", key.as_str()));
    needs.chain(config).collect()
}

/// The container's own variables: its port, and where its database is.
fn environment_variables(name: &ServiceName, service: &Service) -> Value {
    let mut variables = vec![json!({ "name": "PORT", "value": service.port.get().to_string() })];
    if service.database.is_some() {
        variables.push(json!({
            "name": "DATABASE_URL",
            "valueFrom": { "secretKeyRef": { "name": format!("{name}-database"), "key": "url" } },
        }));
    }
    variables.into()
}
