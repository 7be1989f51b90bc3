//! Facts: variables of a root that are outputs of others, in `facts.yaml` beside its files.
//!
//! A line is `variable: { root: ../network, output: vpc_id }`. Files of that name that hold something else are not facts.

use becket_document::{Node, yaml};
use becket_kustomize::join;
use becket_source::FileSet;

use crate::symbol::Place;

/// The file's name.
pub(crate) const FILE: &str = "facts.yaml";

/// What deploy writes the values into, beside it.
pub(crate) const VALUES: &str = "facts.auto.tfvars.json";

/// A fact.
#[derive(Debug, Clone)]
pub(crate) struct Fact<'a> {
    /// The variable that it fills.
    pub(crate) variable: (String, Place<'a>),
    /// The root that knows it, as it is written.
    pub(crate) root: (String, Place<'a>),
    /// The output there.
    pub(crate) output: (String, Place<'a>),
    /// The root's folder; none above the files at hand.
    pub(crate) target: Option<String>,
}

/// The facts of the root in `folder`.
pub(super) fn read<'a>(files: &'a FileSet, folder: &'a str) -> Vec<Fact<'a>> {
    let path = join(folder, FILE).unwrap_or_default();
    let facts = lines(files, &path).into_iter();
    facts
        .map(|fact| Fact {
            target: join(folder, &fact.root.0),
            ..fact
        })
        .collect()
}

/// The lines of the file at `path` that are facts, without the folders that they lead to.
pub(crate) fn lines<'a>(files: &'a FileSet, path: &str) -> Vec<Fact<'a>> {
    // The set's own copy of the path lives as long as the facts do.
    let Some((path, _)) = files.at(path) else {
        return Vec::new();
    };
    let Some(Ok(text)) = files.text(path) else {
        return Vec::new();
    };
    let place = |node: &Node| Place {
        path,
        span: node.span,
    };
    let document = yaml::parse(text).documents.into_iter().next();
    let entries = document.iter().flat_map(Node::entries);
    entries
        .filter_map(|entry| {
            let field = |name: &str| {
                let node = entry.value.get(name)?;
                Some((node.as_str()?.to_owned(), place(node)))
            };
            Some(Fact {
                variable: (entry.name().into_owned(), place(&entry.key)),
                root: field("root")?,
                output: field("output")?,
                target: None,
            })
        })
        .collect()
}
