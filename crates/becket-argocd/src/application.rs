//! An Application, read.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::applicationset::Policy;
use crate::object::{scalar, scalars};

/// What Argo CD runs: the manifests of a source in the namespace of a cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Application {
    /// Its name, unique within its operator.
    pub name: String,
    /// Its own namespace, Argo CD's.
    pub namespace: String,
    /// The operator that runs it.
    pub operator: String,
    /// The ApplicationSet that made it; none where it was written as it is.
    pub applicationset: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Its finalizers.
    pub finalizers: Vec<String>,
    /// The project that permits it.
    pub project: String,
    /// Where its manifests come from.
    pub source: Source,
    /// Where they go.
    pub destination: Destination,
    /// How it is synced.
    pub sync: SyncPolicy,
    /// What happens to it when its ApplicationSet no longer makes it.
    pub policy: Policy,
    /// The whole object.
    pub manifest: Value,
}

/// Where manifests come from.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Source {
    /// The repository.
    pub repo_url: String,
    /// The branch, tag or commit; `HEAD` where nothing is said.
    pub revision: String,
    /// The folder in it.
    pub path: String,
    /// The chart of a Helm repository, where it comes from one.
    pub chart: Option<String>,
    /// How the chart in the folder is rendered, where something is said.
    pub helm: Option<Helm>,
}

/// How a chart is rendered.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Helm {
    /// The name of the release, where it is not the Application's.
    pub release_name: Option<String>,
    /// Files of values, relative to the folder.
    pub value_files: Vec<String>,
    /// Values written here.
    pub values: Option<Value>,
}

/// Where manifests go.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Destination {
    /// The API server's address.
    pub server: String,
    /// The cluster's name, in the place of its address.
    pub name: String,
    /// The namespace.
    pub namespace: String,
}

/// How an Application is synced.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SyncPolicy {
    /// Syncs by itself, where it does.
    pub automated: Option<Automated>,
    /// Such as `CreateNamespace=true`.
    pub options: Vec<String>,
    /// How often a failed sync is tried again; Argo CD's default is five times, a negative number is for ever.
    pub retry_limit: Option<i64>,
}

/// How an Application syncs by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Automated {
    /// Whether what is no longer in Git is deleted.
    pub prune: bool,
    /// Whether changes in the cluster are undone.
    pub self_heal: bool,
    /// Whether it may prune everything.
    pub allow_empty: bool,
}

impl SyncPolicy {
    /// Whether the option `name` is `true`.
    pub fn has(&self, name: &str) -> bool {
        self.options
            .iter()
            .any(|option| option.strip_prefix(name) == Some("=true"))
    }
}

impl Application {
    /// The stack, by the label `becket.dev/stack`.
    pub fn stack(&self) -> Option<&str> {
        self.label("stack")
    }

    /// The unit, by the label `becket.dev/unit`.
    pub fn unit(&self) -> Option<&str> {
        self.label("unit")
    }

    /// The stage, by the label `becket.dev/stage`.
    pub fn stage(&self) -> Option<&str> {
        self.label("stage")
    }

    fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(&format!("becket.dev/{name}")).map(String::as_str)
    }

    /// Reads an Application object. What is absent is empty; what Becket does not carry out is an error.
    pub fn read(manifest: &Value, operator: &str, policy: Policy) -> Result<Self, String> {
        let spec = &manifest["spec"];
        if spec.get("sourceHydrator").is_some() {
            return Err("spec.sourceHydrator is not supported yet; use spec.source".to_owned());
        }
        let source = match (spec.get("source"), spec.get("sources").and_then(Value::as_array)) {
            (Some(source), _) => source,
            (None, Some(sources)) if sources.len() == 1 => &sources[0],
            (None, Some(sources)) if sources.len() > 1 => {
                return Err(
                    "an Application with several sources is not supported yet; use spec.source".to_owned(),
                );
            }
            _ => return Err("an Application has no source; set spec.source".to_owned()),
        };
        let metadata = &manifest["metadata"];
        let automated = spec["syncPolicy"]
            .get("automated")
            .filter(|automated| automated.is_object());
        let automated = automated.filter(|automated| automated["enabled"] != Value::Bool(false));
        let application = Self {
            name: scalar(&metadata["name"]),
            namespace: scalar(&metadata["namespace"]),
            operator: operator.to_owned(),
            applicationset: None,
            labels: named(&metadata["labels"]),
            annotations: named(&metadata["annotations"]),
            finalizers: scalars(&metadata["finalizers"]),
            project: Some(scalar(&spec["project"]))
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| "default".to_owned()),
            source: read_source(source),
            destination: Destination {
                server: scalar(&spec["destination"]["server"]),
                name: scalar(&spec["destination"]["name"]),
                namespace: scalar(&spec["destination"]["namespace"]),
            },
            sync: SyncPolicy {
                automated: automated.map(|automated| Automated {
                    prune: automated["prune"] == Value::Bool(true),
                    self_heal: automated["selfHeal"] == Value::Bool(true),
                    allow_empty: automated["allowEmpty"] == Value::Bool(true),
                }),
                options: scalars(&spec["syncPolicy"]["syncOptions"]),
                retry_limit: spec["syncPolicy"]["retry"]["limit"].as_i64(),
            },
            policy,
            manifest: manifest.clone(),
        };
        if application.name.is_empty() {
            return Err("an Application has no name; set metadata.name".to_owned());
        }
        Ok(application)
    }
}

fn read_source(source: &Value) -> Source {
    let revision = scalar(&source["targetRevision"]);
    Source {
        repo_url: scalar(&source["repoURL"]),
        revision: if revision.is_empty() {
            "HEAD".to_owned()
        } else {
            revision
        },
        path: scalar(&source["path"]),
        chart: source.get("chart").map(scalar),
        helm: source.get("helm").map(|helm| Helm {
            release_name: helm.get("releaseName").map(scalar),
            value_files: scalars(&helm["valueFiles"]),
            values: helm
                .get("valuesObject")
                .cloned()
                .or_else(|| helm.get("values").map(|values| parsed(&scalar(values)))),
        }),
    }
}

fn parsed(values: &str) -> Value {
    let parsed = becket_document::yaml::parse(values);
    parsed
        .documents
        .first()
        .map_or(Value::Null, becket_document::Node::to_value)
}

fn named(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), scalar(value))).collect()
}
