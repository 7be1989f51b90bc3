//! What is measured on: platforms of any size, and their repositories as they are after a first release.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use becket_release::{Date, Image, Stages};
use becket_source::FileSet;

use crate::process::output;

/// The stages of the reference platform, in order.
pub const STAGES: [&str; 5] = ["dev", "qa", "uat", "pre-prod", "prod"];

/// The one environment of a generated platform.
pub const STAGE: &str = "prod";

/// A platform with `count` services in one environment on one cluster: every fifth is reached from outside, every third
/// has a database, each but the first needs the one before it.
pub fn platform(count: usize) -> String {
    let mut text = String::from(
        "becket: 1
name: many
organisation: acme
domain: acme.example

cloud:
  provider: aws
  accounts: { prod: \"111111111111\" }
  region: eu-west-1
  zones: [eu-west-1a, eu-west-1b, eu-west-1c]

clusters:
  prod:
    account: prod
    cidr: 10.10.0.0/16
    kubernetes: \"1.36\"
    nodes:
      general: { managed: true, instances: [m7i.large], min: 3, desired: 3, max: 9 }

environments:
  prod: { clusters: [prod] }

services:
",
    );
    for number in 0..count {
        let name = service(number);
        text.push_str(&format!(
            "  {name}:\n    source: services/{name}\n    port: 8080\n    config: {{ PAGE_SIZE: \"24\" }}\n"
        ));
        if number % 5 == 0 {
            text.push_str(&format!("    host: {name}\n"));
        }
        if number % 3 == 0 {
            text.push_str("    database: { engine: postgres, kind: rds }\n");
        }
        if number > 0 {
            text.push_str(&format!("    needs: [{}]\n", service(number - 1)));
        }
    }
    text
}

/// The name of one service of a generated platform.
pub fn service(number: usize) -> String {
    format!("svc-{number:04}")
}

/// Writes a platform of `count` services with their source folders into `folder`.
pub fn write_platform(folder: &Path, count: usize) -> Result<()> {
    for number in 0..count {
        let source = folder.join("services").join(service(number));
        std::fs::create_dir_all(&source)?;
        std::fs::write(
            source.join("Cargo.toml"),
            format!("[package]\nname = \"{}\"\n", service(number)),
        )?;
    }
    std::fs::write(folder.join("platform.yaml"), platform(count))?;
    Ok(())
}

/// Renders the platform in `folder` to `to`, and makes the first release of everything there. Returns the gitops
/// repository's folder.
pub fn released(becket: &Path, folder: &Path, to: &Path, stages: &[&str]) -> Result<PathBuf> {
    output(
        Command::new(becket)
            .arg("-C")
            .arg(folder)
            .args(["render", "--to"])
            .arg(to),
    )?;
    let gitops = to.join("gitops");
    let files = read(&gitops)?;
    let released = first_release(&files, stages)?;
    for (path, contents) in released.iter() {
        if files.get(path) != Some(contents) {
            let path = gitops.join(path);
            std::fs::create_dir_all(path.parent().context("a file has a folder")?)?;
            std::fs::write(path, contents)?;
        }
    }
    Ok(gitops)
}

/// The first release of every unit to every stage, with images that nobody built.
pub fn first_release(gitops: &FileSet, stages: &[&str]) -> Result<FileSet> {
    let images: Vec<(String, Image)> = becket_release::units(gitops)
        .into_iter()
        .enumerate()
        .map(|(number, unit)| {
            let digest = format!("sha256:{:064x}", number + 1).parse()?;
            let image = Image::new(unit, format!("localhost/{unit}"), digest)?;
            Ok((unit.to_owned(), image))
        })
        .collect::<Result<_>>()?;
    let stages = Stages::new(stages.iter().copied());
    let outcome = becket_release::first(gitops, &stages, &images, Date::constant(2026, 1, 1))?;
    Ok(outcome.files)
}

/// All files below `folder`.
pub fn read(folder: &Path) -> Result<FileSet> {
    fn walk(folder: &Path, prefix: &str, files: &mut FileSet) -> Result<()> {
        let entries =
            std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().display());
            if entry.file_type()?.is_dir() {
                if name != ".git" {
                    walk(&entry.path(), &format!("{name}/"), files)?;
                }
            } else {
                files.insert(name, std::fs::read(entry.path())?);
            }
        }
        Ok(())
    }
    let mut files = FileSet::new();
    walk(folder, "", &mut files)?;
    Ok(files)
}
