//! Values of variables in files: `terraform.tfvars` and its like.

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

/// The files of values in `folder`. One that cannot be read gives nothing.
pub(super) fn read<'a>(files: &'a FileSet, folder: &'a str) -> Vec<Values<'a>> {
    files
        .under(folder)
        .filter(|(path, _)| path.rsplit_once('/').map_or("", |(parent, _)| parent) == folder)
        .filter_map(|(path, _)| {
            let name = path.rsplit('/').next()?;
            let plain = name.strip_suffix(".json").unwrap_or(name);
            let stem = plain.strip_suffix(".tfvars")?;
            let text = files.text(path)?.ok()?;
            Some(Values {
                main: stem == "terraform",
                automatic: stem == "terraform" || stem.rsplit('.').next() == Some("auto"),
                names: names(path, text, plain != name),
            })
        })
        .collect()
}

fn names<'a>(path: &'a str, text: &str, json: bool) -> Vec<(String, Place<'a>)> {
    let place = |span| Place { path, span };
    if json {
        let document = yaml::parse(text).documents.into_iter().next();
        return document
            .iter()
            .flat_map(becket_document::Node::entries)
            .map(|entry| (entry.name().into_owned(), place(entry.key.span)))
            .collect();
    }
    hcl::parse(text)
        .body
        .attributes()
        .map(|value| (value.name.text.clone(), place(value.name.span)))
        .collect()
}
