//! The whole file.

use becket_document::{KeyPath, Kind, Node};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{Cloud, Cluster, Dns, Environment, Service, Team};
use crate::finding::{Finding, Findings};
use crate::names::{
    ClusterName, DomainName, EnvironmentName, Organisation, PlatformName, ServiceName, TeamName,
};
use crate::rules::{NOT_YET, WRONG_VALUE};
use crate::shape::{self, Shape, Wrong, record, wrong_type, wrong_value};
use crate::text::text;

record! {
    /// A platform: its clusters, environments and services, and who may do what.
    pub struct Platform {
        /// The format of this file: 1.
        becket: FormatVersion = FormatVersion::One,
        /// The platform's name.
        name: PlatformName,
        /// The organisation at GitHub that owns the repositories.
        organisation: Organisation,
        /// The zone at the DNS provider; certificates cover it and its wildcard.
        domain: DomainName,
        /// The zone of `domain`, where it is not there already.
        dns: Option<Dns>,
        /// The cloud. A platform without one runs on this machine only.
        cloud: Option<Cloud>,
        /// Kubernetes clusters by name.
        clusters: Clusters,
        /// Environments by name, in order of promotion; the last one is production.
        environments: Environments,
        /// Services by name.
        services: Services,
        /// Teams by name.
        teams: IndexMap<TeamName, Team> = IndexMap::new(),
        /// Where alerts go.
        alerts: Option<Alerts>; later,
        /// Who does which job, by job; what is not named is done by the default.
        capabilities: Capabilities = Capabilities::default(),
        /// How a release moves: `snapshot` copies manifests, image and configuration together.
        promotion: Promotion = Promotion::Snapshot,
    }
}

/// Clusters by name, in the order of the file.
pub type Clusters = IndexMap<ClusterName, Cluster>;
/// Environments by name, in order of promotion.
pub type Environments = IndexMap<EnvironmentName, Environment>;
/// Services by name, in the order of the file.
pub type Services = IndexMap<ServiceName, Service>;

/// The format of the platform file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatVersion {
    /// The first.
    One,
}

impl Shape for FormatVersion {
    fn schema(_: &mut Map<String, Value>) -> Value {
        json!({ "const": 1 })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        let Kind::Number(number) = &node.kind else {
            wrong_type("a number", node, at, findings);
            return None;
        };
        if number.as_u64() == Some(1) {
            return Some(Self::One);
        }
        let finding = Finding::new(&WRONG_VALUE, at, format!("`{at}`: format {number} is not known"))
            .label("expected 1")
            .help("this version of becket reads format 1; a newer file needs a newer becket");
        wrong_value(finding, at, findings);
        None
    }

    fn placeholder() -> Self {
        Self::One
    }
}

/// How a release moves from stage to stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promotion {
    /// A copy of manifests, image and configuration.
    Snapshot,
}

impl Shape for Promotion {
    fn schema(_: &mut Map<String, Value>) -> Value {
        json!({ "enum": ["snapshot"] })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        match shape::text(node, at, findings)? {
            "snapshot" => return Some(Self::Snapshot),
            "overlay" => {
                let finding = Finding::new(&NOT_YET, at, "`promotion: overlay` is not there yet")
                    .label("not yet")
                    .help("leave the line out: releases are snapshots");
                wrong_value(finding, at, findings);
            }
            text => shape::not_in_set(text, &["snapshot"], at, findings),
        }
        None
    }

    fn placeholder() -> Self {
        Self::Snapshot
    }
}

record! {
    /// Where alerts go.
    pub struct Alerts {
        /// A channel of Microsoft Teams.
        msteams: Option<Msteams>,
    }
}

record! {
    /// A channel of Microsoft Teams.
    pub struct Msteams {
        /// The secret that holds the address of the workflow's webhook, as `<namespace>/<name>`.
        webhook: SecretName,
    }
}

text! {
    /// A secret by namespace and name.
    SecretName: "a secret such as alerting/teams-webhook", "^[a-z0-9][-a-z0-9]*/[a-z0-9][-.a-z0-9]*$", or "unknown/unknown"
}

impl SecretName {
    fn check(text: &str) -> Result<(), Wrong> {
        if text.starts_with("https://") {
            return Err(Wrong::new(
                "is the address itself, which is a secret: name the secret that holds it",
            ));
        }
        let first = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let namespace_has = |text: &str| text.bytes().all(|byte| first(byte) || byte == b'-');
        let name_has = |text: &str| text.bytes().all(|byte| first(byte) || b"-.".contains(&byte));
        let starts = |text: &str| text.bytes().next().is_some_and(first);
        match text.split_once('/') {
            Some((namespace, name))
                if starts(namespace) && starts(name) && namespace_has(namespace) && name_has(name) =>
            {
                Ok(())
            }
            _ => Err(Wrong::new("is no secret by namespace and name")),
        }
    }
}

/// Who does which job: providers by capability, where they are named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capabilities {
    chosen: IndexMap<&'static str, &'static str>,
}

/// A job and who can do it.
struct Capability {
    name: &'static str,
    description: &'static str,
    /// The default first.
    providers: &'static [&'static str],
    /// Those that this version acts on; of a job that it does not do at all, none.
    acted_on: &'static [&'static str],
}

const CAPABILITIES: &[Capability] = &[
    Capability {
        name: "cdn",
        description: "What answers for hosts near to those who ask.",
        providers: &["cloudfront"],
        acted_on: &["cloudfront"],
    },
    Capability {
        name: "certificates",
        description: "Who issues the certificates of hosts.",
        providers: &["acm"],
        acted_on: &["acm"],
    },
    Capability {
        name: "database",
        description: "What runs the databases and tables of services on a cluster of the cloud.",
        providers: &["aws"],
        acted_on: &["aws"],
    },
    Capability {
        name: "dns",
        description: "Who says where hosts are.",
        providers: &["cloudflare"],
        acted_on: &["cloudflare"],
    },
    Capability {
        name: "gitops",
        description: "What brings the clusters to what Git says.",
        providers: &["argocd"],
        acted_on: &["argocd"],
    },
    Capability {
        name: "iac",
        description: "What plans and applies the infrastructure: Terraform, OpenTofu with the same files, or Pulumi with a program beside.",
        providers: &["terraform", "opentofu", "pulumi"],
        acted_on: &["terraform", "opentofu", "pulumi"],
    },
    Capability {
        name: "identity",
        description: "How pods get roles of AWS.",
        providers: &["pod-identity", "irsa"],
        acted_on: &["pod-identity", "irsa"],
    },
    Capability {
        name: "ingress",
        description: "What lets requests from outside in.",
        providers: &["gateway", "ingress-nginx", "haproxy", "alb"],
        acted_on: &["gateway"],
    },
    Capability {
        name: "local-aws",
        description: "What stands in for AWS where the infrastructure is tested.",
        providers: &["moto", "localstack"],
        acted_on: &["moto", "localstack"],
    },
    Capability {
        name: "logs",
        description: "What keeps the logs.",
        providers: &["loki", "elk"],
        acted_on: &[],
    },
    Capability {
        name: "nat",
        description: "How private subnets reach the internet.",
        providers: &["zonal", "regional"],
        acted_on: &["zonal", "regional"],
    },
    Capability {
        name: "network",
        description: "What the clusters' networks are made of.",
        providers: &["vpc"],
        acted_on: &["vpc"],
    },
    Capability {
        name: "packaging",
        description: "How the manifests of services are written.",
        providers: &["kustomize", "helm"],
        acted_on: &["kustomize"],
    },
    Capability {
        name: "state",
        description: "Where Terraform keeps its state, and how it is locked.",
        providers: &["s3", "s3-dynamodb", "hcp", "becket"],
        acted_on: &["s3", "s3-dynamodb", "hcp", "becket"],
    },
];

impl Capabilities {
    /// The provider of `capability`; none where no such capability is known.
    pub fn provider(&self, capability: &str) -> Option<&'static str> {
        let known = CAPABILITIES.iter().find(|known| known.name == capability)?;
        self.chosen
            .get(capability)
            .copied()
            .or_else(|| known.providers.first().copied())
    }
}

impl Shape for Capabilities {
    fn schema(_: &mut Map<String, Value>) -> Value {
        let properties: Map<String, Value> = CAPABILITIES
            .iter()
            .map(|known| {
                let schema = json!({ "enum": known.providers, "description": known.description });
                (known.name.to_owned(), schema)
            })
            .collect();
        json!({ "type": "object", "properties": properties, "additionalProperties": false })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        if !matches!(node.kind, Kind::Mapping(_)) {
            wrong_type("a mapping", node, at, findings);
            return None;
        }
        let names: Vec<_> = CAPABILITIES.iter().map(|known| known.name).collect();
        shape::unknown_fields(node, at, &names, findings);
        let mut capabilities = Self::default();
        for known in CAPABILITIES {
            let Some(value) = node.get(known.name) else {
                continue;
            };
            let at = at.key(known.name);
            let Some(text) = shape::text(value, &at, findings) else {
                continue;
            };
            let Some(provider) = known.providers.iter().find(|provider| **provider == text) else {
                shape::not_in_set(text, known.providers, &at, findings);
                continue;
            };
            capabilities.chosen.insert(known.name, provider);
            if known.acted_on.is_empty() {
                findings.later.push(at);
            } else if !known.acted_on.contains(provider) {
                let finding = Finding::new(
                    &NOT_YET,
                    &at,
                    format!("`{}: {provider}` is not there yet", known.name),
                )
                .label("not yet")
                .help(format!("there is `{}`", known.acted_on.join("`, `")));
                wrong_value(finding, &at, findings);
            }
        }
        Some(capabilities)
    }

    fn placeholder() -> Self {
        Self::default()
    }
}
