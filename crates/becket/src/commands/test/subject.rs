//! What is tested: the repository iac as it is rendered or checked out, its roots, and how it looks after each change.

use std::collections::BTreeSet;
use std::path::Path;

use becket_source::FileSet;

use super::laid;
use super::roots::{self, Root};
use super::variants::{Variant, Variants};
use crate::cli::test::Infra;
use crate::error::CommandError;
use crate::folder::{PLATFORM, existing, read_folder, unreadable};
use crate::platform::Read;
use crate::repositories;

/// The repository, and what is done with it.
pub(super) struct Subject {
    /// What is applied first.
    pub iac: FileSet,
    /// The roots that are applied, in order.
    pub roots: Vec<Root>,
    /// Those that are not, with the reason.
    pub left_out: Vec<Root>,
    /// What is changed then, one after the other.
    pub changes: Vec<Change>,
}

/// A change to the platform.
pub(super) struct Change {
    /// The step's name.
    pub step: &'static str,
    /// What is changed, in a phrase.
    pub what: String,
    pub iac: FileSet,
    /// The names that it is about.
    pub names: Vec<String>,
    pub kind: Kind,
}

/// What may come of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Additions, which are applied.
    Grows,
    /// Additions, which are only planned.
    WouldGrow,
    /// Nothing.
    Stays,
    /// Changes to what bears one of the names.
    Renamed,
}

impl Subject {
    pub(super) fn of(read: &Read, arguments: &Infra) -> Result<Self, CommandError> {
        let render = |read: &Read| Ok::<_, CommandError>(repositories::render(read)?.files.folder("iac"));
        let rendered = render(read)?;
        let checked_out = arguments.iac.as_deref().map(checked_out).transpose()?;
        let tree = |read: &Read| {
            let made = render(read)?;
            Ok::<_, CommandError>(match &checked_out {
                Some(checked_out) => followed(checked_out, &rendered, &made),
                None => made,
            })
        };
        let platform = read.platform()?;
        for name in &arguments.clusters {
            if !platform.clusters.keys().any(|known| known.as_str() == name) {
                let known: Vec<_> = platform.clusters.keys().map(ToString::to_string).collect();
                return Err(CommandError::usage(format!("there is no cluster {name}"))
                    .hint(format!("there are {}", known.join(", "))));
            }
        }
        let is_chosen =
            |name: &str| arguments.clusters.is_empty() || arguments.clusters.iter().any(|one| one == name);
        let as_it_is = tree(read)?;
        if !laid::can_be(&as_it_is) {
            return Err(match &arguments.iac {
                Some(iac) => {
                    CommandError::usage(format!("{} is no checkout of the repository iac", iac.display()))
                        .hint("name the folder that has `terraform/` and `tests/local-aws/` in it")
                }
                None => CommandError::usage("the platform has no infrastructure to test")
                    .hint("name a cloud and accounts in platform.yaml under `cloud:`"),
            });
        }
        let (roots, left_out) = chosen(&as_it_is, arguments, &is_chosen)?;
        let Some(Ok(text)) = read.file.text(PLATFORM) else {
            return Err(CommandError::usage(format!("{PLATFORM} is not UTF-8 text")));
        };
        let variants = Variants::of(text, &read.parsed, &is_chosen).ok_or_else(CommandError::shown)?;
        let change = |step, kind, variant: Option<Variant>| -> Result<Option<Change>, CommandError> {
            let Some(variant) = variant else { return Ok(None) };
            Ok(Some(Change {
                step,
                what: variant.what.join("; "),
                iac: tree(&read.with_text(&variant.text))?,
                names: variant.names,
                kind,
            }))
        };
        // Regions seldom have a zone to spare: the test begins without the last one, and adds it.
        let a_zone_less = change("zone", Kind::Grows, variants.a_zone_less()?)?;
        let (iac, mut changes) = match a_zone_less {
            Some(mut zone) => (std::mem::replace(&mut zone.iac, as_it_is), vec![zone]),
            None => (as_it_is, Vec::new()),
        };
        changes.extend(change("reorder", Kind::Stays, variants.zones_reordered()?)?);
        changes.extend(change("group", Kind::WouldGrow, variants.a_node_group_more()?)?);
        changes.extend(change("rename", Kind::Renamed, variants.a_node_group_renamed()?)?);
        Ok(Self {
            iac,
            roots,
            left_out,
            changes,
        })
    }
}

/// The roots that were asked for, with those they need: those that are applied, and those that are not.
fn chosen(
    iac: &FileSet,
    arguments: &Infra,
    is_chosen: &dyn Fn(&str) -> bool,
) -> Result<(Vec<Root>, Vec<Root>), CommandError> {
    let all = roots::find(iac).map_err(|why| CommandError::new(crate::error::Kind::Findings, why))?;
    let of_clusters: Vec<&Root> = all.iter().filter(|root| is_chosen(root.of())).collect();
    let has = |name: &&String| of_clusters.iter().any(|root| root.name() == *name);
    if let Some(unknown) = arguments.roots.iter().find(|name| !has(name)) {
        let known: BTreeSet<&str> = of_clusters.iter().map(|root| root.name()).collect();
        let known: Vec<&str> = known.into_iter().collect();
        return Err(CommandError::usage(format!("there is no root {unknown}"))
            .hint(format!("there are {}", known.join(", "))));
    }
    let named =
        |root: &Root| arguments.roots.is_empty() || arguments.roots.iter().any(|name| name == root.name());
    let roots = roots::needed(&all, |root| is_chosen(root.of()) && named(root));
    Ok(roots.into_iter().partition(|root| root.left_out.is_none()))
}

/// The repository in the folder that was named.
fn checked_out(iac: &Path) -> Result<FileSet, CommandError> {
    let path = existing(iac)?;
    read_folder(&path, &|name| [".git", ".terraform"].contains(&name))
        .map_err(|error| unreadable(&path, &error))
}

/// A checkout after a change that makes `later` of what was `rendered`: files that were edited by hand stay as they are.
fn followed(checked_out: &FileSet, rendered: &FileSet, later: &FileSet) -> FileSet {
    let mut files = checked_out.clone();
    for (path, _) in rendered.iter().chain(later.iter()) {
        if checked_out.get(path) != rendered.get(path) {
            continue;
        }
        match later.get(path) {
            Some(contents) => files.insert(path, contents.clone()),
            None => drop(files.remove(path)),
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_edited_by_hand_does_not_follow_a_change() {
        let files = |files: &[(&str, &str)]| -> FileSet {
            files
                .iter()
                .map(|(path, text)| (*path, text.as_bytes().to_vec()))
                .collect()
        };
        let rendered = files(&[("same", "1"), ("edited", "1"), ("gone", "1")]);
        let checked_out = files(&[("same", "1"), ("edited", "mine"), ("gone", "1"), ("own", "mine")]);
        let later = files(&[("same", "2"), ("edited", "2"), ("new", "2")]);
        let expected = files(&[("same", "2"), ("edited", "mine"), ("new", "2"), ("own", "mine")]);
        assert_eq!(followed(&checked_out, &rendered, &later), expected);
    }

    #[test]
    fn a_root_that_nobody_has_is_named() {
        let files: FileSet = [
            "terraform/a/network/versions.tf",
            "terraform/b/records/versions.tf",
        ]
        .into_iter()
        .map(|path| (path, Vec::new()))
        .collect();
        let arguments = |roots: &[&str]| Infra {
            clusters: Vec::new(),
            roots: roots.iter().map(ToString::to_string).collect(),
            iac: None,
            tool: None,
            local_aws: None,
            jobs: 1,
            keep: false,
        };
        let chosen = |roots: &[&str]| chosen(&files, &arguments(roots), &|of| of == "a");
        assert_eq!(chosen(&["network"]).unwrap().0.len(), 1);
        let refused = chosen(&["network", "netwrok"]).unwrap_err();
        assert_eq!(
            (refused.message.as_str(), refused.hints.join("").as_str()),
            ("there is no root netwrok", "there are network")
        );
        assert!(chosen(&["records"]).is_err(), "it is of another cluster");
    }
}
