//! From a place in a rendered file to the place in the platform file that caused it.
//!
//! `check` shows a finding in a rendered file at the line of `platform.yaml` that a user can change.

use std::collections::BTreeMap;
use std::sync::Arc;

use becket_document::{KeyPath, hcl, yaml};
use becket_source::Span;

use crate::catalog::is_hcl;

/// What caused the values of rendered files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceMap {
    files: BTreeMap<String, Origins>,
}

/// What caused the values of one file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Origins {
    /// What the file is there for: the service, the environment.
    pub(crate) file: KeyPath,
    /// Places in the file, each with its cause.
    pub(crate) places: Vec<(Arc<KeyPath>, KeyPath)>,
}

impl SourceMap {
    pub(crate) fn insert(&mut self, path: String, origins: Origins) {
        self.files.insert(path, origins);
    }

    /// What in the platform file caused the value at `place` of the rendered file `path`: for a value from the catalog,
    /// what the file is there for. None for files that render does not make.
    pub fn origin(&self, path: &str, place: &KeyPath) -> Option<&KeyPath> {
        let origins = self.files.get(path)?;
        let bound = origins
            .places
            .iter()
            .filter(|(bound, _)| place.segments().starts_with(bound.segments()))
            .max_by_key(|(bound, _)| bound.segments().len());
        Some(bound.map_or(&origins.file, |(_, origin)| origin))
    }

    /// The same for a place given as bytes of the rendered file, whose text is `text`.
    pub fn origin_of_span(&self, path: &str, text: &str, span: Span) -> Option<&KeyPath> {
        let origins = self.files.get(path)?;
        let trees = if is_hcl(path) {
            vec![hcl::parse(text).body.to_node(text)]
        } else {
            yaml::parse(text).documents
        };
        let covers = |bound: &KeyPath| {
            let node = trees.iter().find_map(|tree| tree.at(bound));
            node.is_some_and(|node| node.span.start <= span.start && span.end <= node.span.end)
        };
        let bound = origins
            .places
            .iter()
            .filter(|(bound, _)| covers(bound))
            .max_by_key(|(bound, _)| bound.segments().len());
        Some(bound.map_or(&origins.file, |(_, origin)| origin))
    }

    /// Whether render made the file.
    pub fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_bound_place_is_the_cause() {
        let path = |text: &str| text.parse::<KeyPath>().unwrap();
        let mut map = SourceMap::default();
        let places = [("spec", "services.a"), ("spec.port", "services.a.port")];
        map.insert(
            "f".to_owned(),
            Origins {
                file: path("services"),
                places: places.map(|(at, from)| (Arc::new(path(at)), path(from))).to_vec(),
            },
        );
        let origin = |at: &str| map.origin("f", &path(at)).map(ToString::to_string);
        assert_eq!(origin("spec.port"), Some("services.a.port".to_owned()));
        assert_eq!(origin("spec.port.deep"), Some("services.a.port".to_owned()));
        assert_eq!(origin("spec.name"), Some("services.a".to_owned()));
        assert_eq!(origin("kind"), Some("services".to_owned()));
        assert_eq!(map.origin("other", &path("a")), None);
        let text = "kind: X\nspec:\n  port: 80\n";
        let at = text.find("80").unwrap();
        let span = Span::new(at, at + 2);
        assert_eq!(
            map.origin_of_span("f", text, span),
            Some(&path("services.a.port"))
        );
        assert_eq!(
            map.origin_of_span("f", text, Span::new(0, 4)),
            Some(&path("services"))
        );
    }
}
