//! Views: the values that each scope offers to bindings, in the shape and order of the files they are bound into.
//!
//! A binding names a value by path: `service.network.ingress`. Every view of a scope offers the same paths; what a
//! service or environment does not have is null there, and false under `has`. Nothing here knows a file or a component.

mod ansible;
mod cloud;
mod database;
mod environment;
mod github;
mod ingress;
mod network;
mod nodes;
mod operator;
mod pulumi;
mod service;
mod stage;
mod teams;
#[cfg(test)]
mod tests;
mod vpc;

use std::sync::Arc;

use becket_document::{Fragment, KeyPath};
use serde_json::Value;

use crate::lock::Lock;
use crate::model::Platform;

pub(crate) use ansible::backups;
pub(crate) use cloud::states;
pub(crate) use ingress::{certificate_of, hosts, ingress_name};
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
    /// Per root of Terraform; which ones there are is known when they have been rendered.
    Root,
    /// Per account of the cloud.
    Account,
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
    /// What the platform offers, what the service does, and so on; shared by all views that they are part of.
    layers: Vec<Arc<Layer>>,
}

/// The values of one thing, by path. There are a few dozen at most, so that they are looked up one by one.
#[derive(Debug, Clone, PartialEq, Default)]
struct Layer {
    leaves: Vec<(&'static str, Leaf)>,
}

/// A value of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The value, with the comments that explain its parts.
    pub value: Fragment,
    /// What in the platform file it comes from.
    pub origin: KeyPath,
}

impl Layer {
    /// Adds the value at `path`, keys separated by dots, which comes from `origin`.
    fn put(&mut self, path: &'static str, value: impl Into<Fragment>, origin: &KeyPath) {
        let leaf = Leaf {
            value: value.into(),
            origin: origin.clone(),
        };
        self.leaves.push((path, leaf));
    }
}

impl View {
    fn with(&self, layer: &Arc<Layer>) -> Self {
        let layers = self.layers.iter().chain([layer]).cloned().collect();
        Self { layers }
    }

    /// The value at `path`.
    pub fn get(&self, path: &KeyPath) -> Option<&Leaf> {
        self.leaf(&path.to_string())
    }

    /// The text at `path`, keys separated by dots; none where there is no text.
    pub fn text(&self, path: &str) -> Option<&str> {
        match &self.leaf(path)?.value {
            Fragment::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether the truth value at `path` is true.
    pub fn is(&self, path: &str) -> bool {
        self.leaf(path)
            .is_some_and(|leaf| leaf.value == Fragment::Scalar(Value::Bool(true)))
    }

    /// All paths, those of a thing together.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.layers
            .iter()
            .flat_map(|layer| layer.leaves.iter().map(|(path, _)| *path))
    }

    fn leaf(&self, path: &str) -> Option<&Leaf> {
        let mut leaves = self.layers.iter().flat_map(|layer| &layer.leaves);
        leaves.find(|(known, _)| *known == path).map(|(_, leaf)| leaf)
    }
}

/// The views of `scope`, in the order of the platform file.
pub fn views(platform: &Platform, scope: Scope) -> Vec<View> {
    views_with(platform, &Lock::default().allocate(platform).0, scope)
}

/// The views of the roots of Terraform in `folders` below `iac/terraform`: `<cluster>/<root>`, or `<kind>/<name>` of what is
/// no cluster's.
pub fn roots<'r>(platform: &Platform, folders: impl IntoIterator<Item = &'r str>) -> Vec<View> {
    let base = View {
        layers: vec![layer(|layer| of_platform(platform, layer))],
    };
    folders
        .into_iter()
        .map(|folder| base.with(&layer(|layer| cloud::put_root(platform, folder, layer))))
        .collect()
}

/// The views of `scope` with what `lock` has allocated; of roots, none: [`roots`] gives them.
pub fn views_with(platform: &Platform, lock: &Lock, scope: Scope) -> Vec<View> {
    let base = View {
        layers: vec![layer(|layer| of_platform(platform, layer))],
    };
    match scope {
        Scope::Platform => vec![base],
        Scope::Operator => operators(platform)
            .iter()
            .map(|operator| {
                base.with(&layer(|layer| {
                    operator::put(platform, operator, layer);
                    ansible::put_operator(platform, operator, layer);
                }))
            })
            .collect(),
        Scope::Cluster => platform
            .clusters
            .iter()
            .map(|(name, cluster)| {
                base.with(&layer(|layer| {
                    environment::put_cluster(platform, name, cluster, layer);
                    ansible::put_cluster(platform, name, cluster, layer);
                    cloud::put_cluster(platform, lock, name, cluster, layer);
                    database::put_cluster(platform, name, cluster, layer);
                    vpc::put(cluster, layer);
                    pulumi::put_cluster(layer);
                    ingress::put_cluster(platform, name, cluster, layer);
                    operator::put_cluster(platform, name, layer);
                }))
            })
            .collect(),
        Scope::Root => Vec::new(),
        Scope::Account => cloud::accounts(platform)
            .iter()
            .map(|account| base.with(account))
            .collect(),
        Scope::Environment => environments(platform)
            .iter()
            .map(|environment| base.with(environment))
            .collect(),
        Scope::Service => services(platform)
            .iter()
            .map(|service| base.with(service))
            .collect(),
        Scope::ServiceEnvironment => {
            let environments = environments(platform);
            let mut all = Vec::new();
            for (service, of_service) in platform.services.iter().zip(services(platform)) {
                let view = base.with(&of_service);
                for (environment, of_environment) in platform.environments.iter().zip(&environments) {
                    let stage = layer(|layer| stage::put(platform, service, environment, layer));
                    all.push(view.with(of_environment).with(&stage));
                }
            }
            all
        }
    }
}

fn layer(fill: impl FnOnce(&mut Layer)) -> Arc<Layer> {
    let mut layer = Layer::default();
    fill(&mut layer);
    Arc::new(layer)
}

fn environments(platform: &Platform) -> Vec<Arc<Layer>> {
    platform
        .environments
        .iter()
        .map(|(name, environment)| layer(|layer| environment::put(platform, name, environment, layer)))
        .collect()
}

fn services(platform: &Platform) -> Vec<Arc<Layer>> {
    let callers = network::callers(platform);
    platform
        .services
        .iter()
        .map(|(name, service)| layer(|layer| service::put(platform, &callers, name, service, layer)))
        .collect()
}

fn of_platform(platform: &Platform, view: &mut Layer) {
    teams::put(platform, view);
    ansible::put(platform, view);
    github::put(platform, view);
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
    let url = |repository| {
        text(format!(
            "https://github.com/{}/{repository}.git",
            platform.organisation
        ))
    };
    view.put("platform.repositories.gitops.url", url("gitops"), &organisation);
    view.put("platform.repositories.iac.url", url("iac"), &organisation);
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
    cloud::put_platform(platform, view);
    database::put_platform(platform, view);
    ingress::put_platform(platform, view);
    pulumi::put_platform(platform, view);
}

fn text(text: impl std::fmt::Display) -> Value {
    Value::String(text.to_string())
}
