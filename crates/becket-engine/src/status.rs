//! The read model: how everything stands, in Argo CD's words.
//!
//! It is what `becket status`, the console and tests look at. Nothing decides by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// How everything stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// Counts up with each change.
    pub version: u64,
    /// The head of the gitops repository that was read last.
    pub revision: String,
    /// Whether that head has been read, built and compared wholly.
    pub settled: bool,
    /// The operators.
    pub operators: Vec<OperatorStatus>,
    /// The Applications, by name.
    pub apps: Vec<Arc<AppStatus>>,
    /// How many overlays have been built since the start.
    pub builds: u64,
    /// What concerns all of it, such as a repository that cannot be read.
    pub messages: Vec<String>,
}

/// An operator and its ApplicationSets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorStatus {
    /// Its name.
    pub name: String,
    /// Why its ApplicationSets make no Applications; empty when all is well.
    pub errors: Vec<String>,
}

/// Whether what runs is what Git says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sync {
    /// It is.
    Synced,
    /// It is not.
    OutOfSync,
    /// What Git says cannot be told.
    Unknown,
}

/// How well it runs, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Health {
    /// Well.
    Healthy,
    /// Halted on purpose.
    Suspended,
    /// On its way.
    Progressing,
    /// Not there.
    Missing,
    /// Broken.
    Degraded,
    /// Cannot be told.
    Unknown,
}

/// An Application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppStatus {
    /// Its name.
    pub name: String,
    /// What is released.
    pub unit: String,
    /// Where it is released to.
    pub stage: String,
    /// Whether it is what Git says.
    pub sync: Sync,
    /// How well it runs.
    pub health: Health,
    /// The commit that was compared last.
    pub revision: String,
    /// The image of its first workload.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image: Option<String>,
    /// Why it is not healthy, and what it waits for.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub message: String,
    /// Argo CD's conditions: type and message.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub conditions: Vec<Condition>,
    /// The last sync.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation: Option<Operation>,
    /// The stack.
    pub stack: String,
    /// The namespace it runs in.
    pub namespace: String,
    /// The Application that runs in its place here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub same_as: Option<String>,
    /// Ready and wanted pods.
    pub replicas: Replicas,
    /// Its objects.
    pub resources: Vec<ResourceStatus>,
    /// Its pods.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub pods: Vec<PodStatus>,
    /// The host names it is served under on a cluster.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub hosts: Vec<String>,
}

/// A condition of an Application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Its type, such as `ComparisonError`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Why.
    pub message: String,
}

/// A sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// `Running`, `Succeeded` or `Failed`.
    pub phase: String,
    /// What it does or why it failed.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub message: String,
    /// The commit that is synced.
    pub revision: String,
}

/// Ready and wanted pods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replicas {
    /// Pods that take traffic.
    pub ready: u32,
    /// Pods there should be.
    pub wanted: u32,
}

/// An object of an Application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceStatus {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Whether it is what Git says.
    pub sync: Sync,
    /// How well it runs.
    pub health: Health,
    /// Why, or what is different here.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub message: String,
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodStatus {
    /// Its name.
    pub name: String,
    /// The Deployment or Job it belongs to.
    pub owner: String,
    /// Whether it takes traffic.
    pub ready: bool,
    /// How often its container was started again.
    pub restarts: u32,
    /// Why it is not ready.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub message: String,
}

impl AppStatus {
    /// Whether it is synced and healthy; one that runs as another is as well as that.
    pub fn is_healthy(&self) -> bool {
        self.same_as.is_some() || (self.sync == Sync::Synced && self.health == Health::Healthy)
    }
}

impl Board {
    /// The Application `name`.
    pub fn app(&self, name: &str) -> Option<&AppStatus> {
        let found = self
            .apps
            .binary_search_by(|app| app.name.as_str().cmp(name))
            .ok()?;
        self.apps.get(found).map(AsRef::as_ref)
    }

    /// Whether the head has been read and every Application here is synced and healthy.
    pub fn is_healthy(&self) -> bool {
        let operators = self.operators.iter().all(|operator| operator.errors.is_empty());
        self.settled && operators && self.messages.is_empty() && self.apps.iter().all(|app| app.is_healthy())
    }

    /// What is not well, one line each.
    pub fn complaints(&self) -> Vec<String> {
        let mut lines = self.messages.clone();
        for operator in &self.operators {
            let name = &operator.name;
            lines.extend(
                operator
                    .errors
                    .iter()
                    .map(|error| format!("operator {name}: {error}")),
            );
        }
        for app in &self.apps {
            if !app.is_healthy() {
                let conditions = app
                    .conditions
                    .iter()
                    .map(|one| format!("{}: {}", one.kind, one.message));
                let messages = [app.message.clone()].into_iter().chain(conditions);
                let messages: Vec<_> = messages.filter(|message| !message.is_empty()).collect();
                let state = format!("{}: {:?}, {:?}", app.name, app.sync, app.health);
                lines.push(
                    format!("{state}: {}", messages.join("; "))
                        .trim_end_matches([':', ' '])
                        .to_owned(),
                );
            }
        }
        lines
    }

    /// The Applications by unit and stage: the rows and columns of a board.
    pub fn by_unit(&self) -> BTreeMap<&str, BTreeMap<&str, &AppStatus>> {
        let mut units: BTreeMap<&str, BTreeMap<&str, &AppStatus>> = BTreeMap::new();
        for app in &self.apps {
            units.entry(&app.unit).or_default().insert(&app.stage, app);
        }
        units
    }
}
