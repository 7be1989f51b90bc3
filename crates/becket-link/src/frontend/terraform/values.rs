//! Values of variables in files: `terraform.tfvars` and its like.

use becket_document::yaml::SyntaxError;
use becket_document::{hcl, yaml};
use becket_source::FileSet;

use crate::symbol::Place;

/// A file of values.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    /// Whether a run reads it without being told to.
    pub(crate) automatic: bool,
    /// Whether it is the root's `terraform.tfvars`.
    pub(crate) main: bool,
    pub(crate) names: Vec<(String, Place<'a>)>,
}

/// The files of values in `folder`, and those that cannot be read.
pub(super) fn read<'a>(files: &'a FileSet, folder: &str) -> (Vec<Values<'a>>, Vec<(&'a str, SyntaxError)>) {
    let (mut all, mut unreadable) = (Vec::new(), Vec::new());
    let paths = files.paths_under(folder);
    for path in paths.filter(|path| path.rsplit_once('/').map_or("", |(parent, _)| parent) == folder) {
        let name = path.rsplit('/').next().unwrap_or(path);
        let plain = name.strip_suffix(".json").unwrap_or(name);
        let (Some(stem), Some(Ok(text))) = (plain.strip_suffix(".tfvars"), files.text(path)) else {
            continue;
        };
        let (names, error) = names(path, text, plain != name);
        unreadable.extend(error.map(|error| (path, error)));
        all.push(Values {
            main: stem == "terraform",
            automatic: stem == "terraform" || stem.rsplit('.').next() == Some("auto"),
            names,
        });
    }
    (all, unreadable)
}

type Names<'a> = Vec<(String, Place<'a>)>;

/// The names that a file gives values to, and where it cannot be read.
fn names<'a>(path: &'a str, text: &str, json: bool) -> (Names<'a>, Option<SyntaxError>) {
    let place = |span| Place { path, span };
    if json {
        let parsed = yaml::parse(text);
        let document = parsed.documents.into_iter().next();
        let entries = document.iter().flat_map(becket_document::Node::entries);
        let names = entries.map(|entry| (entry.name().into_owned(), place(entry.key.span)));
        return (names.collect(), parsed.errors.into_iter().next());
    }
    let parsed = hcl::parse(text);
    let attributes = parsed.body.attributes();
    let names = attributes.map(|value| (value.name.text.clone(), place(value.name.span)));
    (names.collect(), parsed.errors.into_iter().next())
}
