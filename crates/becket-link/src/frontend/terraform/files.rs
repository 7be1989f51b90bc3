//! A module read from its files: first those that say what there is, then those that override it.

use becket_document::hcl::{self, Block};
use becket_document::yaml::SyntaxError;
use becket_source::{FileSet, Span};

use super::block;
use super::module::{Module, Source};
use crate::symbol::Place;

impl<'a> Module<'a> {
    pub(super) fn read(files: &'a FileSet, folder: &'a str, paths: &[&'a str]) -> Self {
        let mut module = Self {
            folder,
            ..Self::default()
        };
        let (overrides, base): (Vec<&str>, Vec<&str>) = paths.iter().partition(|path| is_override(path));
        for path in base {
            if let Some(source) = module.parse(files, path) {
                for block in source.body.blocks() {
                    block::define(&mut module, path, block);
                }
                module.sources.push(source);
            }
        }
        for path in overrides {
            if let Some(source) = module.parse(files, path) {
                for block in source.body.blocks() {
                    module.replace(block);
                    block::define(&mut module, path, block);
                }
                module.sources.push(source);
            }
        }
        module.layer |= module.is_fragment();
        module
    }

    fn parse(&mut self, files: &FileSet, path: &'a str) -> Option<Source<'a>> {
        if path.rsplit('.').next() == Some("json") {
            self.open = true;
            return None;
        }
        let read = match files.text(path)? {
            Ok(text) => hcl::parse(text),
            Err(_) => no_text(),
        };
        if let Some(error) = read.errors.into_iter().next() {
            self.open = true;
            self.unreadable.push((path, error));
            return None;
        }
        Some(Source {
            path,
            body: read.body,
        })
    }

    /// Notes what a block of an override file takes out of force. A block that there is none of here makes the folder one
    /// that is laid over another.
    fn replace(&mut self, block: &Block) {
        if block.kind.text == "locals" || block.kind.text == "terraform" {
            return;
        }
        let mut found = false;
        for source in &self.sources {
            let same = source.body.blocks().filter(|base| block::same(base, block));
            for base in same {
                found = true;
                let spans = block::replaced(base, block);
                self.overridden.extend(spans.into_iter().map(|span| Place {
                    path: source.path,
                    span,
                }));
            }
        }
        self.layer |= !found;
    }
}

/// `override.tf` and what ends in `_override.tf` are merged over the other files.
fn is_override(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}

/// What is read of a file that is not UTF-8.
fn no_text() -> hcl::Parsed {
    let error = SyntaxError {
        message: "it is not UTF-8 text".to_owned(),
        span: Span::new(0, 0),
    };
    hcl::Parsed {
        body: hcl::Body::default(),
        errors: vec![error],
    }
}
