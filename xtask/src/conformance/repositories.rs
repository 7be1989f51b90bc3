//! The platform that is put before both, and the steps of its life: each a commit to the bare repositories that both
//! sides read.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use becket_release::{Date, Image, Outcome, Stages};
use becket_source::FileSet;

use crate::bench::trees::{self, STAGES};
use crate::process::output;

const TODAY: Date = Date::constant(2026, 1, 1);

/// A copy of the reference platform, with clones of its repositories.
pub struct Platform {
    becket: PathBuf,
    folder: PathBuf,
}

impl Platform {
    /// Copies the platform file in `from` to `folder`, renders and commits it.
    pub fn new(becket: &Path, from: &Path, folder: &Path) -> Result<Self> {
        // The sources stay where they are, with what is built of them.
        std::fs::copy(from.join("platform.yaml"), folder.join("platform.yaml"))?;
        std::os::unix::fs::symlink(from.join("services"), folder.join("services"))?;
        let platform = Self {
            becket: becket.to_owned(),
            folder: folder.to_owned(),
        };
        platform.becket(&["render"])?;
        for name in ["iac", "gitops"] {
            let mut clone = Command::new("git");
            clone.args(["clone", "--quiet"]).arg(platform.bare(name));
            output(clone.arg(platform.clone_of(name)))?;
        }
        Ok(platform)
    }

    /// The folder of the bare repositories.
    pub fn repositories(&self) -> PathBuf {
        self.folder.join(".becket/git")
    }

    fn bare(&self, name: &str) -> PathBuf {
        self.repositories().join(format!("{name}.git"))
    }

    fn clone_of(&self, name: &str) -> PathBuf {
        self.folder.join("clones").join(name)
    }

    /// The folder of the root chart.
    pub fn root_chart(&self) -> PathBuf {
        self.clone_of("iac").join(becket_argocd::operator::ROOT)
    }

    /// The folder of playbooks.
    pub fn playbooks(&self) -> PathBuf {
        self.clone_of("iac").join("ansible")
    }

    /// Runs `becket` on the platform.
    pub fn becket(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.becket);
        output(command.arg("-C").arg(&self.folder).args(arguments))
            .with_context(|| format!("becket {}", arguments.join(" ")))
    }

    /// Runs `becket` and returns what it prints, also where it says by its exit code that something is not well.
    pub fn becket_even_if_unwell(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.becket);
        let output = command.arg("-C").arg(&self.folder).args(arguments).output()?;
        Ok(String::from_utf8(output.stdout)?)
    }

    fn git(&self, name: &str, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.clone_of(name));
        command.args([
            "-c",
            "user.name=conformance",
            "-c",
            "user.email=conformance@localhost",
        ]);
        output(command.args(arguments))
    }

    /// The files of a repository, as they are committed now.
    pub fn files(&self, name: &str) -> Result<FileSet> {
        self.git(name, &["pull", "--quiet", "--ff-only"])?;
        trees::read(&self.clone_of(name))
    }

    /// The commit that the gitops repository is at.
    pub fn head(&self) -> Result<String> {
        self.git("gitops", &["pull", "--quiet", "--ff-only"])?;
        Ok(self.git("gitops", &["rev-parse", "HEAD"])?.trim().to_owned())
    }

    fn push(&self, before: &FileSet, after: &FileSet, message: &str) -> Result<()> {
        let clone = self.clone_of("gitops");
        for path in before.changes(after).keys() {
            let file = clone.join(path);
            match after.get(path) {
                Some(contents) => {
                    std::fs::create_dir_all(file.parent().context("a file has a folder")?)?;
                    std::fs::write(file, contents)?;
                }
                None => std::fs::remove_file(file)?,
            }
        }
        self.git("gitops", &["add", "--all"])?;
        self.git("gitops", &["commit", "--quiet", "--message", message])?;
        self.git("gitops", &["push", "--quiet", "origin", "HEAD:main"])?;
        Ok(())
    }

    /// Releases everything everywhere, with images that nobody built.
    pub fn first_release(&self) -> Result<()> {
        let files = self.files("gitops")?;
        self.push(
            &files,
            &trees::first_release(&files, &STAGES)?,
            "Release everything",
        )
    }

    fn step(&self, step: impl Fn(&FileSet, &Stages) -> Result<Outcome>) -> Result<()> {
        let files = self.files("gitops")?;
        let outcome = step(&files, &Stages::new(STAGES))?;
        self.push(&files, &outcome.files, &outcome.message().text())
    }

    /// Changes the configuration of `unit` in the platform file, and releases it with the image that it has.
    pub fn reconfigure(&self, unit: &str, from: &str, to: &str) -> Result<()> {
        let file = self.folder.join("platform.yaml");
        let text = std::fs::read_to_string(&file)?;
        std::fs::write(&file, text.replacen(from, to, 1))?;
        self.becket(&["render"])?;
        self.step(|files, stages| {
            let status = becket_release::status(files, stages, unit, TODAY)?;
            let image: Image = status
                .stages
                .into_iter()
                .find_map(|stage| {
                    stage
                        .released
                        .and_then(|released| released.images.into_iter().next())
                })
                .context("it was released with an image")?;
            Ok(becket_release::release(files, stages, unit, &image, TODAY)?)
        })
    }

    /// Takes the release of `unit` from a stage.
    pub fn remove(&self, unit: &str, stage: &str) -> Result<()> {
        self.step(|files, stages| Ok(becket_release::remove(files, stages, unit, stage, TODAY)?))
    }
}
