//! Where states lie, so that a root that reads the state of another finds it in the files at hand.

use std::collections::BTreeMap;

use becket_document::hcl::{Attribute, Block, Expression};
use becket_kustomize::join;

/// A place for a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backend {
    kind: String,
    /// What tells its states apart, as far as it is constant text.
    settings: BTreeMap<String, String>,
}

/// A `terraform_remote_state` data source.
#[derive(Debug)]
pub(crate) struct State {
    backend: Option<Backend>,
    /// Whether outputs may come from its own defaults, or from another workspace.
    open: bool,
}

/// The settings of a backend that name one state among others.
fn identity(kind: &str) -> &'static [&'static str] {
    match kind {
        "s3" | "cos" | "oss" => &["bucket", "key"],
        "gcs" => &["bucket", "prefix"],
        "azurerm" => &["storage_account_name", "container_name", "key"],
        "http" => &["address"],
        "local" => &["path"],
        _ => &[],
    }
}

impl Backend {
    /// The backend of a block within `terraform`, if it is one.
    pub(super) fn of(block: &Block) -> Option<Self> {
        match (block.kind.text.as_str(), block.label(0)) {
            ("backend", Some(kind)) => Some(Self::read(kind, block.body.attributes())),
            _ => None,
        }
    }

    fn read<'b>(kind: &str, attributes: impl Iterator<Item = &'b Attribute>) -> Self {
        let settings = attributes.filter_map(|attribute| {
            let value = attribute.value.as_str()?;
            Some((attribute.name.text.clone(), value.to_owned()))
        });
        Self {
            kind: kind.to_owned(),
            settings: settings.collect(),
        }
    }

    fn setting(&self, name: &str, folder: &str) -> Option<String> {
        let value = self.settings.get(name)?;
        if self.kind == "local" {
            join(folder, value)
        } else {
            Some(value.clone())
        }
    }
}

impl State {
    pub(super) fn of(block: &Block) -> Self {
        let kind = block
            .body
            .attribute("backend")
            .and_then(|kind| kind.value.as_str());
        let config = block.body.attribute("config").map(|config| &config.value);
        let backend = kind.zip(config).map(|(kind, config)| Backend {
            kind: kind.to_owned(),
            settings: settings(config),
        });
        let open = ["defaults", "for_each", "count", "workspace"]
            .iter()
            .any(|name| block.body.attribute(name).is_some());
        Self { backend, open }
    }

    /// Whether this, seen from the folder `from`, is the state that `backend` keeps for the module in `folder`.
    pub(super) fn is_of(&self, from: &str, backend: &Backend, folder: &str) -> bool {
        let Some(wanted) = self.backend.as_ref().filter(|_| !self.open) else {
            return false;
        };
        let names = identity(&wanted.kind);
        let same = |name: &&str| {
            let here = wanted.setting(name, from);
            here.is_some() && here == backend.setting(name, folder)
        };
        wanted.kind == backend.kind && !names.is_empty() && names.iter().all(same)
    }
}

fn settings(config: &Expression) -> BTreeMap<String, String> {
    let entries = config.entries().iter();
    entries
        .filter_map(|entry| Some((entry.key.as_str()?.to_owned(), entry.value.as_str()?.to_owned())))
        .collect()
}
