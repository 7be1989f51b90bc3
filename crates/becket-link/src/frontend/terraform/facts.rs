//! Facts: variables of a root that are outputs of others, in `facts.yaml` beside its files.
//!
//! A line is `variable: { root: ../network, output: vpc_id }`, or holds one of these under each key of a variable that is a
//! map. Files of that name that hold something else are not facts. Beside the values that a cluster's apps take,
//! `facts.sources.yaml` says the same of each key, with the root's path in its repository.

use becket_document::yaml::SyntaxError;
use becket_document::{Entry, Node, yaml};
use becket_kustomize::join;
use becket_source::FileSet;

use crate::symbol::Place;

/// The file's name.
pub(crate) const FILE: &str = "facts.yaml";

/// What deploy writes the values into, beside it.
pub(crate) const VALUES: &str = "facts.auto.tfvars.json";

/// What says where the values of a cluster's apps come from; they are in [`FILE`], beside it.
const SOURCES: &str = "facts.sources.yaml";

/// A fact.
#[derive(Debug, Clone)]
pub(crate) struct Fact<'a> {
    /// The variable that it fills.
    pub(crate) variable: (String, Place<'a>),
    /// The key that it fills of a variable that is a map.
    pub(crate) key: Option<String>,
    /// The root that knows it, as it is written.
    pub(crate) root: (String, Place<'a>),
    /// The output there.
    pub(crate) output: (String, Place<'a>),
    /// The root's folder; none above the files at hand.
    pub(crate) target: Option<String>,
}

/// The facts of the root in `folder`, and why their file is no YAML.
pub(super) fn read<'a>(files: &'a FileSet, folder: &str) -> (Vec<Fact<'a>>, Option<(&'a str, SyntaxError)>) {
    let (facts, error) = lines(files, &join(folder, FILE).unwrap_or_default());
    let facts = facts.into_iter().map(|fact| Fact {
        target: join(folder, &fact.root.0),
        ..fact
    });
    (facts.collect(), error)
}

/// The facts of clusters: the values that their apps take. `root` finds the folder of the root that a path names.
pub(super) fn of_clusters<'a>(files: &'a FileSet, root: impl Fn(&str) -> Option<&'a str>) -> Vec<Fact<'a>> {
    let sources = files.iter().map(|(path, _)| path);
    let sources = sources.filter(|path| path.rsplit('/').next() == Some(SOURCES));
    let facts = sources.flat_map(|path| lines(files, path).0);
    facts
        .map(|fact| Fact {
            target: root(&fact.root.0).map(str::to_owned),
            ..fact
        })
        .collect()
}

/// The lines of the file at `path` that are facts, without the folders that they lead to; and why it is no YAML.
pub(crate) fn lines<'a>(files: &'a FileSet, path: &str) -> (Vec<Fact<'a>>, Option<(&'a str, SyntaxError)>) {
    // The set's own copy of the path lives as long as the facts do.
    let (Some((path, _)), Some(Ok(text))) = (files.at(path), files.text(path)) else {
        return (Vec::new(), None);
    };
    let place = |node: &Node| Place {
        path,
        span: node.span,
    };
    let parsed = yaml::parse(text);
    let error = parsed.errors.into_iter().next().map(|error| (path, error));
    let document = parsed.documents.into_iter().next();
    let entries = document.iter().flat_map(Node::entries);
    let facts = entries.flat_map(|entry| {
        values(entry).into_iter().filter_map(move |(key, value)| {
            let field = |name: &str| {
                let node = value.get(name)?;
                Some((node.as_str()?.to_owned(), place(node)))
            };
            Some(Fact {
                variable: (entry.name().into_owned(), place(&entry.key)),
                key,
                root: field("root")?,
                output: field("output")?,
                target: None,
            })
        })
    });
    (facts.collect(), error)
}

/// What fills a variable: one output, or one under each key of a map.
fn values(entry: &Entry) -> Vec<(Option<String>, &Node)> {
    if entry
        .value
        .get("root")
        .is_some_and(|root| root.as_str().is_some())
    {
        return vec![(None, &entry.value)];
    }
    let keyed = entry.value.entries().iter();
    keyed
        .map(|inner| (Some(inner.name().into_owned()), &inner.value))
        .collect()
}
