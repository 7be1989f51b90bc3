//! The difference of two stages: in the words of a release, and file by file.

use std::collections::BTreeMap;
use std::fmt;

use becket_document::yaml;
use becket_source::{Change, FileSet};
use serde_json::Value;
use similar::TextDiff;

use crate::error::Error;
use crate::folder::without_stage;
use crate::stages::{Stages, check_unit, released};

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// An image, by its name in the manifests; shown as `registry/name@digest`.
    Image {
        /// Its name in the manifests.
        name: String,
        /// What was there.
        before: Option<String>,
        /// What comes.
        after: Option<String>,
    },
    /// A value of the configuration.
    Config {
        /// The name of the generated ConfigMap.
        config_map: String,
        /// The key.
        key: String,
        /// What was there.
        before: Option<String>,
        /// What comes.
        after: Option<String>,
    },
    /// A file, beyond its images and configuration.
    File {
        /// Its path in the release.
        path: String,
        /// What happened to it.
        change: Change,
    },
}

/// The difference of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiff {
    /// Its path in the release.
    pub path: String,
    /// What happened to it.
    pub change: Change,
    /// The lines, as a unified diff.
    pub unified: String,
}

/// What a promotion would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// In the words of a release.
    pub differences: Vec<Difference>,
    /// File by file.
    pub files: Vec<FileDiff>,
}

/// What promoting the unit from one stage to another would change there. The comment that names the stage is no
/// difference. A stage without a release is an empty one as the target, and an error as the source.
pub fn diff(files: &FileSet, stages: &Stages, unit: &str, from: &str, to: &str) -> Result<Diff, Error> {
    check_unit(files, unit)?;
    let after = without_stage(&released(files, stages, unit, stages.get(from)?)?);
    let before = match released(files, stages, unit, stages.get(to)?) {
        Err(Error::NotReleased { .. }) => FileSet::new(),
        release => without_stage(&release?),
    };
    let files = before
        .changes(&after)
        .into_iter()
        .map(|(path, change)| FileDiff {
            path: path.to_owned(),
            change,
            unified: unified(path, &before, &after, (to, from)),
        })
        .collect();
    Ok(Diff {
        differences: differences(&before, &after),
        files,
    })
}

fn unified(path: &str, before: &FileSet, after: &FileSet, (old, new): (&str, &str)) -> String {
    let (Ok(before), Ok(after)) = (
        before.text(path).unwrap_or(Ok("")),
        after.text(path).unwrap_or(Ok("")),
    ) else {
        return "binary files differ\n".to_owned();
    };
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(&format!("{old}/{path}"), &format!("{new}/{path}"))
        .to_string()
}

/// What differs between two releases without their stage, in the words of a release: images, then configuration, then
/// files.
pub(crate) fn differences(before: &FileSet, after: &FileSet) -> Vec<Difference> {
    let (mut old, mut new) = (Facts::default(), Facts::default());
    let mut others = Vec::new();
    for (path, change) in before.changes(after) {
        let rest = (old.take(path, before), new.take(path, after));
        let explained = match rest {
            (Some(old), Some(new)) => old == new,
            _ => false,
        };
        // Where nothing was, all files are new, and naming them says nothing.
        if !explained && !before.is_empty() {
            others.push(Difference::File {
                path: path.to_owned(),
                change,
            });
        }
    }
    let images = changed(&old.images, &new.images).map(|(name, before, after)| Difference::Image {
        name: name.clone(),
        before,
        after,
    });
    let config =
        changed(&old.config, &new.config).map(|((config_map, key), before, after)| Difference::Config {
            config_map: config_map.clone(),
            key: key.clone(),
            before,
            after,
        });
    images.chain(config).chain(others).collect()
}

/// The keys whose values differ, in order, with both values.
fn changed<'a, K: Ord>(
    before: &'a BTreeMap<K, String>,
    after: &'a BTreeMap<K, String>,
) -> impl Iterator<Item = (&'a K, Option<String>, Option<String>)> {
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    let mut keys: Vec<&K> = after.keys().chain(gone).collect();
    keys.sort_unstable();
    keys.into_iter()
        .map(|key| (key, before.get(key).cloned(), after.get(key).cloned()))
        .filter(|(_, before, after)| before != after)
}

/// Images and configuration of a release.
#[derive(Default)]
struct Facts {
    images: BTreeMap<String, String>,
    config: BTreeMap<(String, String), String>,
}

impl Facts {
    /// Takes images and configuration out of the Kustomization at `path`, and returns what else it says; none of any
    /// other file.
    fn take(&mut self, path: &str, files: &FileSet) -> Option<Value> {
        if path.rsplit('/').next() != Some("kustomization.yaml") {
            return None;
        }
        let mut rest = yaml::parse(files.text(path)?.ok()?)
            .into_single()
            .ok()?
            .to_value();
        let fields = rest.as_object_mut()?;
        for image in list(fields.remove("images")) {
            let text = |key: &str| image.get(key).and_then(Value::as_str);
            let name = text("name").unwrap_or_default();
            let registry = text("newName").unwrap_or(name);
            let version = match (text("digest"), text("newTag")) {
                (Some(digest), _) => format!("@{digest}"),
                (None, Some(tag)) => format!(":{tag}"),
                (None, None) => String::new(),
            };
            self.images
                .insert(name.to_owned(), format!("{registry}{version}"));
        }
        for generator in fields
            .get_mut("configMapGenerator")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let name = generator
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            let literals = generator
                .as_object_mut()
                .and_then(|fields| fields.remove("literals"));
            for literal in list(literals) {
                if let Some((key, value)) = literal.as_str().and_then(|literal| literal.split_once('=')) {
                    self.config
                        .insert((name.clone(), key.to_owned()), value.to_owned());
                }
            }
        }
        Some(rest)
    }
}

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image { name, before, after } => {
                write!(
                    f,
                    "image {name} {}",
                    arrow(before.as_deref(), after.as_deref(), short)
                )
            }
            Self::Config {
                key, before, after, ..
            } => {
                write!(
                    f,
                    "config {key} {}",
                    arrow(before.as_deref(), after.as_deref(), str::to_owned)
                )
            }
            Self::File { path, change } => {
                let change = match change {
                    Change::Added => "added",
                    Change::Removed => "removed",
                    Change::Modified => "changed",
                };
                write!(f, "{path} {change}")
            }
        }
    }
}

fn arrow(before: Option<&str>, after: Option<&str>, show: impl Fn(&str) -> String) -> String {
    match (before.map(&show), after.map(&show)) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(after)) => format!("added: {after}"),
        (Some(before), None) => format!("removed, was {before}"),
        (None, None) => String::new(),
    }
}

/// An image by the start of its digest, which is what people compare.
fn short(image: &str) -> String {
    match image.split_once("@sha256:") {
        Some((_, digits)) => digits.chars().take(12).collect(),
        None => image.to_owned(),
    }
}
