//! Views: the values that each scope offers to bindings, in the shape and order of the files they are bound into.
//!
//! A binding names a value by path: `service.network.ingress`. Every view of a scope offers the same paths; what a
//! service or environment does not have is null there, and false under `has`. Nothing here knows a file or a component.

mod environment;
mod network;
mod operator;
mod service;
mod stage;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use becket_document::{Fragment, KeyPath};
use serde_json::Value;

use crate::model::Platform;

pub(crate) use environment::domain;
pub use operator::{Operator, operators};
pub(crate) use service::url_variable;

/// What a component is made for: once, or once per thing of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Once.
    Platform,
    /// Per Argo CD.
    Operator,
    /// Per cluster.
    Cluster,
    /// Per environment.
    Environment,
    /// Per service.
    Service,
    /// Per service and environment.
    ServiceEnvironment,
}

/// The values of one scope.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Shared: what the platform offers is in every view.
    leaves: BTreeMap<KeyPath, Arc<Leaf>>,
}

/// A value of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The value, with the comments that explain its parts.
    pub value: Fragment,
    /// What in the platform file it comes from.
    pub origin: KeyPath,
}

impl View {
    fn new() -> Self {
        Self {
            leaves: BTreeMap::new(),
        }
    }

    /// Adds the value at `path`, keys separated by dots, which comes from `origin`.
    fn put(&mut self, path: &str, value: impl Into<Fragment>, origin: &KeyPath) {
        let leaf = Leaf {
            value: value.into(),
            origin: origin.clone(),
        };
        self.leaves
            .insert(KeyPath::of_keys(path.split('.')), Arc::new(leaf));
    }

    /// The value at `path`.
    pub fn get(&self, path: &KeyPath) -> Option<&Leaf> {
        self.leaves.get(path).map(Arc::as_ref)
    }

    /// The text at `path`, keys separated by dots; none where there is no text.
    pub fn text(&self, path: &str) -> Option<&str> {
        match &self.leaves.get(&KeyPath::of_keys(path.split('.')))?.value {
            Fragment::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether the truth value at `path` is true.
    pub fn is(&self, path: &str) -> bool {
        let leaf = self.leaves.get(&KeyPath::of_keys(path.split('.')));
        leaf.is_some_and(|leaf| leaf.value == Fragment::Scalar(Value::Bool(true)))
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &KeyPath> {
        self.leaves.keys()
    }
}

/// The views of `scope`, in the order of the platform file.
pub fn views(platform: &Platform, scope: Scope) -> Vec<View> {
    let mut base = View::new();
    of_platform(platform, &mut base);
    let callers = network::callers(platform);
    let each = |add: &dyn Fn(&mut View)| {
        let mut view = base.clone();
        add(&mut view);
        view
    };
    match scope {
        Scope::Platform => vec![base],
        Scope::Operator => operators(platform)
            .iter()
            .map(|operator| each(&|view| operator::put(platform, operator, view)))
            .collect(),
        Scope::Cluster => (platform.clusters.iter())
            .map(|(name, cluster)| each(&|view| environment::put_cluster(platform, name, cluster, view)))
            .collect(),
        Scope::Environment => (platform.environments.iter())
            .map(|(name, environment)| each(&|view| environment::put(platform, name, environment, view)))
            .collect(),
        Scope::Service => (platform.services.iter())
            .map(|(name, service)| each(&|view| service::put(platform, &callers, name, service, view)))
            .collect(),
        Scope::ServiceEnvironment => {
            let mut all = Vec::new();
            for (service_name, service) in &platform.services {
                let mut of_service = base.clone();
                service::put(platform, &callers, service_name, service, &mut of_service);
                for (name, environment) in &platform.environments {
                    let mut view = of_service.clone();
                    environment::put(platform, name, environment, &mut view);
                    stage::put(platform, (service_name, service), (name, environment), &mut view);
                    all.push(view);
                }
            }
            all
        }
    }
}

fn of_platform(platform: &Platform, view: &mut View) {
    let name = platform.at.key("name");
    let organisation = platform.at.key("organisation");
    view.put("platform.name", text(&platform.name), &name);
    view.put(
        "platform.organisation",
        text(&platform.organisation),
        &organisation,
    );
    view.put(
        "platform.domain",
        text(&platform.domain),
        &platform.at.key("domain"),
    );
    for repository in ["gitops", "iac"] {
        let url = format!("https://github.com/{}/{repository}.git", platform.organisation);
        view.put(
            &format!("platform.repositories.{repository}.url"),
            text(url),
            &organisation,
        );
    }
    let environments = platform.environments.keys().map(text).collect::<Vec<_>>();
    view.put(
        "platform.environments",
        Value::from(environments),
        &platform.at.key("environments"),
    );
    let services = platform.services.keys().map(text).collect::<Vec<_>>();
    view.put(
        "platform.services",
        Value::from(services),
        &platform.at.key("services"),
    );
    view.put(
        "platform.has.cloud",
        Value::from(platform.cloud.is_some()),
        &platform.at.key("cloud"),
    );
    let hosts = platform.services.values().any(|service| service.host.is_some());
    view.put(
        "platform.has.hosts",
        Value::from(hosts),
        &platform.at.key("services"),
    );
}

fn text(text: impl std::fmt::Display) -> Value {
    Value::String(text.to_string())
}
