//! Kubernetes objects: what they refer to.

mod address;
pub(crate) mod policy;
pub(crate) mod selector;
pub(crate) mod workload;

use becket_document::KeyPath;
use serde_json::Value;

use crate::scope::Scope;
use crate::symbol::{At, Kind, Reference, Symbol};
use crate::world::Object;

pub(crate) use address::addresses;

/// Everything that the objects of a scope refer to by name.
pub(crate) fn references(scope: &Scope, namespace: &str) -> Vec<Reference> {
    let mut references = Vec::new();
    for (index, object) in scope.objects.iter().enumerate() {
        let mut found = Collector {
            namespace,
            object: index,
            references: &mut references,
        };
        if let Some(template) = workload::template(object) {
            template.configuration(&mut found);
        }
        match object.resource.kind().as_ref() {
            "HTTPRoute" | "GRPCRoute" => backends(object, &mut found),
            "ConfigMap" => address_references(
                object,
                &KeyPath::of_keys(["data"]),
                object.at("/data"),
                &mut found,
            ),
            _ => {}
        }
    }
    references
}

/// Gathers what one object refers to.
pub(crate) struct Collector<'a> {
    namespace: &'a str,
    object: usize,
    references: &'a mut Vec<Reference>,
}

impl Collector<'_> {
    /// A name, or a part of it, in this object's namespace.
    pub(crate) fn name(&mut self, kind: Kind, name: &str, part: Option<&str>, path: KeyPath, optional: bool) {
        self.in_namespace(self.namespace.to_owned(), kind, name, part, path, optional, false);
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a reference has these parts, and this is where they come together"
    )]
    fn in_namespace(
        &mut self,
        namespace: String,
        kind: Kind,
        name: &str,
        part: Option<&str>,
        path: KeyPath,
        optional: bool,
        address: bool,
    ) {
        let symbol = Symbol {
            kind,
            namespace,
            name: name.to_owned(),
            part: part.map(str::to_owned),
        };
        let at = At {
            object: self.object,
            path,
        };
        self.references.push(Reference {
            symbol,
            at,
            optional,
            address,
        });
    }

    /// An address of a Service.
    pub(crate) fn address(&mut self, text: &str, path: &KeyPath) {
        let Some(address) = addresses(text, self.namespace) else {
            return;
        };
        let part = address.port.map(|port| port.to_string());
        self.in_namespace(
            address.namespace,
            Kind::Service,
            &address.service,
            part.as_deref(),
            path.clone(),
            false,
            true,
        );
    }
}

fn address_references(object: &Object, path: &KeyPath, data: Option<&Value>, found: &mut Collector<'_>) {
    debug_assert!(object.is("ConfigMap"));
    for (key, value) in data.and_then(Value::as_object).into_iter().flatten() {
        if let Some(text) = value.as_str() {
            found.address(text, &path.key(key));
        }
    }
}

/// The Services that a route sends requests to.
fn backends(route: &Object, found: &mut Collector<'_>) {
    let rules = route
        .at("/spec/rules")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    for (rule_index, rule) in rules.iter().enumerate() {
        let backends = rule
            .get("backendRefs")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        for (index, backend) in backends.iter().enumerate() {
            let kind = backend.get("kind").and_then(Value::as_str).unwrap_or("Service");
            let Some(name) = backend
                .get("name")
                .and_then(Value::as_str)
                .filter(|_| kind == "Service")
            else {
                continue;
            };
            let path = KeyPath::of_keys(["spec", "rules"])
                .index(rule_index)
                .key("backendRefs")
                .index(index);
            let namespace = backend
                .get("namespace")
                .and_then(Value::as_str)
                .unwrap_or(found.namespace)
                .to_owned();
            let port = backend
                .get("port")
                .and_then(Value::as_u64)
                .map(|port| port.to_string());
            let at = if port.is_some() {
                path.key("port")
            } else {
                path.key("name")
            };
            found.in_namespace(
                namespace.clone(),
                Kind::Service,
                name,
                None,
                path.key("name"),
                false,
                false,
            );
            if port.is_some() {
                found.in_namespace(namespace, Kind::Service, name, port.as_deref(), at, false, false);
            }
        }
    }
}
