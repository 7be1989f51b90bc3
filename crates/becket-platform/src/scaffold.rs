//! A platform to start from: what `becket new` writes. From then on the files are the user's.
//!
//! The files lie in `catalog/new/`, valid as they are; the platform's own values take the place of the examples'.

use becket_document::edit::{EditError, Editor};
use becket_document::yaml::SyntaxError;
use becket_document::{Fragment, KeyPath};
use becket_source::FileSet;
use serde_json::Value;

use crate::names::{DomainName, PlatformName};
use crate::shape::Format;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../catalog/new/", $path)))),*]
    };
}

const FILES: &[(&str, &str)] = files![
    ".gitignore",
    "services/hello/Cargo.lock",
    "services/hello/Cargo.toml",
    "services/hello/Dockerfile",
    "services/hello/src/main.rs",
];

const PLATFORM: &str = include_str!("../../../catalog/new/platform.yaml");

/// A platform cannot be started with these values.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    /// The name is none that a platform can have.
    #[error("the name `{name}` {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why, and what may have been meant.
        reason: String,
    },
    /// The domain is none.
    #[error("the domain `{domain}` {reason}")]
    Domain {
        /// The domain.
        domain: String,
        /// Why, and what may have been meant.
        reason: String,
    },
    /// The example's file cannot be read.
    #[error("cannot read the example's platform.yaml")]
    Read(#[from] SyntaxError),
    /// A value cannot be put into `platform.yaml`.
    #[error("cannot write platform.yaml")]
    Edit(#[from] EditError),
}

/// The files of a new platform: `platform.yaml` and one service that builds.
pub fn scaffold(name: &str, domain: &str) -> Result<FileSet, ScaffoldError> {
    let platform = parse::<PlatformName>(name).map_err(|reason| ScaffoldError::Name {
        name: name.to_owned(),
        reason,
    })?;
    let zone = parse::<DomainName>(domain).map_err(|reason| ScaffoldError::Domain {
        domain: domain.to_owned(),
        reason,
    })?;
    let mut editor = Editor::new(PLATFORM)?;
    for (field, value) in [
        ("name", platform.as_str()),
        ("organisation", platform.as_str()),
        ("domain", zone.as_str()),
    ] {
        let value = Fragment::Scalar(Value::String(value.to_owned()));
        editor.set(&KeyPath::root().key(field), &value)?;
    }
    let mut files: FileSet = FILES
        .iter()
        .map(|(path, text)| (*path, text.as_bytes()))
        .collect();
    files.insert_text("platform.yaml", editor.finish()?);
    Ok(files)
}

fn parse<T: Format>(text: &str) -> Result<T, String> {
    T::parse(text).map_err(|wrong| match wrong.meant {
        Some(meant) => format!("{}: did you mean `{meant}`?", wrong.reason),
        None => format!("{}: it should be {}", wrong.reason, T::EXPECTED),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Date, SCHEMA_LINE, parse};

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

    #[test]
    fn a_new_platform_has_no_findings() {
        let files = scaffold("shop", "shop.example").unwrap();
        let text = files.text("platform.yaml").unwrap().unwrap();
        let parsed = parse("platform.yaml", text);
        assert_eq!(parsed.check(Date::constant(2026, 11, 23)), []);
        assert_eq!(
            parsed.check_files(&|path| files.contains(path) || files.has_folder(path)),
            []
        );
        let platform = parsed.platform().unwrap();
        assert_eq!(platform.name.as_str(), "shop");
        assert_eq!(platform.domain.as_str(), "shop.example");
        assert!(text.starts_with(SCHEMA_LINE));
        assert!(
            text.contains("organisation: shop # owner"),
            "comments stay: {text}"
        );
    }

    #[test]
    fn names_that_cannot_be_are_refused_with_what_was_meant() {
        let message = |name, domain| scaffold(name, domain).unwrap_err().to_string();
        assert_eq!(
            message("My Shop", "shop.example"),
            "the name `My Shop` holds something other than a-z, 0-9 and `-`: did you mean `my-shop`?"
        );
        assert_eq!(
            message("shop", "shop"),
            "the domain `shop` has one label only: it should be a domain such as `acme.example`"
        );
    }

    #[test]
    fn the_minimal_example_runs_the_same_service() {
        for (path, text) in FILES {
            let Some(file) = path.strip_prefix("services/") else {
                continue;
            };
            let example = std::fs::read_to_string(format!("{ROOT}/examples/minimal/{file}")).unwrap();
            assert!(
                *text == example,
                "examples/minimal/{file} differs from catalog/new/{path}"
            );
        }
    }

    #[test]
    fn every_file_of_the_folder_is_written() {
        fn walk(folder: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.ends_with("target") {
                    walk(&path, found);
                } else if path.is_file() {
                    found.push(path.to_str().unwrap().to_owned());
                }
            }
        }
        let folder = format!("{ROOT}/catalog/new");
        let mut found = Vec::new();
        walk(folder.as_ref(), &mut found);
        found.sort();
        let files = scaffold("shop", "shop.example").unwrap();
        let written: Vec<_> = files.iter().map(|(path, _)| format!("{folder}/{path}")).collect();
        assert_eq!(found, written);
    }
}
