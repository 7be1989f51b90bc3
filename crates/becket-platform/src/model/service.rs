//! Services: what is built, what it needs, and how it is run.

use becket_document::{KeyPath, Kind, Node};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::finding::Findings;
use crate::names::{Host, Label, Reference, VariableName};
use crate::quantities::{Duration, Percentage, Port, Quantity};
use crate::shape::{Shape, Wrong, choice, record, whole, wrong_type};
use crate::text::text;

/// Configuration by the name of its environment variable.
pub type Config = IndexMap<VariableName, ConfigValue>;

record! {
    /// A service. It is in every environment.
    pub struct Service {
        /// The folder with its source, relative to the platform file. With a `Cargo.toml` there, its build is known.
        source: Option<Folder>,
        /// How a source that is no Cargo package is built.
        build: Option<Build>,
        /// An image that is built elsewhere, in the place of `source`.
        image: Option<Image>,
        /// The port that it listens on, 8080 where nothing else is said; it finds the number in `PORT`.
        port: Port = Port::DEFAULT,
        /// Where browsers find it: `www` is `www.<domain>` in the last environment, `www.<environment>.<domain>` before.
        host: Option<Host>,
        /// Whether a CDN answers for the host, on clusters of the cloud. It keeps what `Cache-Control` lets it keep.
        cdn: bool = false,
        /// The services that it calls. It finds each at `<NAME>_URL`, and the network lets it through to these only.
        needs: Vec<Reference> = Vec::new(),
        /// Its database, which it finds at `DATABASE_URL`.
        database: Option<Database>,
        /// Tables of a key-value store by name.
        tables: IndexMap<Label, Table> = IndexMap::new(),
        /// Configuration that is the same in every environment; promoted with the image.
        config: Config = Config::new(),
        /// How many run: a number, or one per environment and `default`.
        replicas: Replicas = Replicas::one(),
        /// What its users may expect.
        slo: Option<Objectives>; later,
        /// What one replica needs.
        resources: Resources = Resources::placeholder(),
    }
}

/// Where a service's image comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source<'a> {
    /// Built from this folder, as its own files say.
    Folder(&'a Folder),
    /// Built from this folder, by this command.
    Command(&'a Folder, &'a Build),
    /// Built elsewhere.
    Image(&'a Image),
}

impl Service {
    /// Where its image comes from; none where the file does not say, which is an error of its own.
    pub fn origin(&self) -> Option<Source<'_>> {
        match (&self.source, &self.build, &self.image) {
            (Some(folder), Some(build), _) => Some(Source::Command(folder, build)),
            (Some(folder), None, _) => Some(Source::Folder(folder)),
            (None, _, Some(image)) => Some(Source::Image(image)),
            (None, _, None) => None,
        }
    }
}

record! {
    /// How a source that is no Cargo package is built.
    pub struct Build {
        /// The command, run in the source's folder.
        command: Text,
        /// The static binary that it leaves, relative to the source's folder.
        binary: Folder,
    }
}

choice! {
    /// The database's kind.
    pub enum Engine {
        /// PostgreSQL.
        Postgres = "postgres",
    }
}

choice! {
    /// Who runs the database on a cluster of the cloud.
    pub enum DatabaseKind {
        /// Amazon RDS.
        Rds = "rds",
        /// Amazon Aurora.
        Aurora = "aurora",
    }
}

record! {
    /// A database.
    pub struct Database {
        /// The database's kind: `postgres`.
        engine: Engine,
        /// Who runs it on a cluster of the cloud: `rds` or `aurora`.
        kind: DatabaseKind = DatabaseKind::Rds,
    }
}

choice! {
    /// The store that holds a table.
    pub enum TableKind {
        /// A table of AWS.
        Dynamodb = "dynamodb",
    }
}

record! {
    /// A table of a key-value store.
    pub struct Table {
        /// The store: `dynamodb`.
        kind: TableKind,
        /// The name of the attribute that is the key.
        key: Text,
    }
}

/// Times that quantiles of the answers stay under, by quantile: `p99`.
pub type Latency = IndexMap<Quantile, Duration>;

record! {
    /// Service level objectives.
    pub struct Objectives {
        /// The share of requests in percent that are answered without an error.
        availability: Option<Percentage>,
        /// Times that quantiles of the answers stay under: `{ p99: 300ms }`.
        latency: Latency = Latency::new(),
    }
}

record! {
    /// What one replica needs.
    pub struct Resources {
        /// The CPU that is set aside for it; it may use more while there is some.
        cpu: Quantity = Quantity::fixed("50m"),
        /// The memory that is set aside for it.
        memory: Quantity = Quantity::fixed("64Mi"),
        /// The memory past which it is stopped.
        limit: Quantity = Quantity::fixed("128Mi"),
    }
}

/// How many replicas run where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replicas {
    default: u32,
    environments: IndexMap<String, u32>,
}

impl Replicas {
    const fn bounds() -> (u32, u32) {
        (0, 1_000)
    }

    /// One everywhere.
    pub fn one() -> Self {
        Self {
            default: 1,
            environments: IndexMap::new(),
        }
    }

    /// How many run in `environment`.
    pub fn in_environment(&self, environment: &str) -> u32 {
        self.environments
            .get(environment)
            .copied()
            .unwrap_or(self.default)
    }

    /// The environments that are named.
    pub fn environments(&self) -> impl Iterator<Item = &str> {
        self.environments.keys().map(String::as_str)
    }
}

impl Shape for Replicas {
    fn schema(_: &mut Map<String, Value>) -> Value {
        let (min, max) = Self::bounds();
        let number = json!({ "type": "integer", "minimum": min, "maximum": max });
        json!({ "oneOf": [number, {
            "type": "object",
            "properties": { "default": number },
            "additionalProperties": number,
        }] })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        match &node.kind {
            Kind::Number(_) => {
                let default = whole(node, at, Self::bounds(), findings)?;
                Some(Self {
                    default,
                    environments: IndexMap::new(),
                })
            }
            Kind::Mapping(entries) => {
                let mut replicas = Self::one();
                for entry in entries {
                    let name = entry.name();
                    let Some(count) = whole(&entry.value, &at.key(&*name), Self::bounds(), findings) else {
                        continue;
                    };
                    if name == "default" {
                        replicas.default = count;
                    } else {
                        replicas.environments.insert(name.into_owned(), count);
                    }
                }
                Some(replicas)
            }
            _ => {
                wrong_type(
                    "a number, or a mapping of environments to numbers",
                    node,
                    at,
                    findings,
                );
                None
            }
        }
    }

    fn placeholder() -> Self {
        Self::one()
    }
}

text! {
    /// A path below the platform file's folder.
    Folder: "a path such as services/orders", "^(?!(.*/)?\\.\\.(/|$))[^/\\\\][^\\\\]*$", or "unknown"
}

impl Folder {
    fn check(text: &str) -> Result<(), Wrong> {
        if text.is_empty() {
            return Err(Wrong::new("is empty"));
        }
        if text.starts_with('/') || text.contains('\\') {
            return Err(Wrong::new(
                "is no path relative to the platform file, with `/` between folders",
            ));
        }
        if text.split('/').any(|part| part == "..") {
            return Err(Wrong::new("leads out of the platform's folder"));
        }
        Ok(())
    }
}

text! {
    /// An image's name with its registry, such as `ghcr.io/acme/orders`.
    Image: "a name such as ghcr.io/acme/orders", "^[a-z0-9][-a-z0-9._/:]*(@sha256:[0-9a-f]{64})?$", or "unknown"
}

impl Image {
    fn check(text: &str) -> Result<(), Wrong> {
        let (name, digest) = text
            .split_once("@sha256:")
            .map_or((text, None), |(name, digest)| (name, Some(digest)));
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digest.is_some_and(|digest| digest.len() != 64 || !digest.bytes().all(hex)) {
            return Err(Wrong::new(
                "has a digest that is not `sha256:` and 64 hexadecimal digits",
            ));
        }
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._/:".contains(&byte);
        if name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.bytes().all(allowed) {
            return Ok(());
        }
        Err(Wrong::new("is no name of an image"))
    }
}

text! {
    /// Text that is not empty.
    Text: "text", "^.+$", or "unknown"
}

impl Text {
    fn check(text: &str) -> Result<(), Wrong> {
        if text.is_empty() {
            Err(Wrong::new("is empty"))
        } else {
            Ok(())
        }
    }
}

text! {
    /// The value of an environment variable.
    ConfigValue: "text", "^[^\\u0000]*$", or ""
}

impl ConfigValue {
    fn check(text: &str) -> Result<(), Wrong> {
        if text.contains('\0') {
            Err(Wrong::new("holds a zero byte"))
        } else {
            Ok(())
        }
    }
}

text! {
    /// A quantile, such as `p99` or `p99.9`.
    Quantile: "a quantile such as p99", "^p[1-9][0-9]?(\\.[0-9]+)?$", or "p99"
}

impl Quantile {
    fn check(text: &str) -> Result<(), Wrong> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let share = text.strip_prefix('p').unwrap_or_default();
        let (whole, parts) = share
            .split_once('.')
            .map_or((share, None), |(whole, parts)| (whole, Some(parts)));
        if whole.len() <= 2 && digits(whole) && !whole.starts_with('0') && parts.is_none_or(digits) {
            return Ok(());
        }
        Err(Wrong::new("is no quantile"))
    }
}
