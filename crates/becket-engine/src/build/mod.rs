//! From a service's source to an image in the local store.
//!
//! A folder with a `Cargo.toml` is built by cargo, statically linked, services of one workspace in one call; any other
//! by the command that the platform file gives. The image holds the binary and nothing else. Dockerfiles are not read,
//! and nothing is fetched but what cargo or the command fetch. A build that is dropped ends all its processes.

mod cargo;
mod linkage;
mod process;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use becket_pod::store::{Digest, ImageSpec, Store};

/// The user that a service runs as in its image; the same as in the Dockerfiles of new services.
const USER: &str = "65532:65532";

/// A service to have an image of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name; its image is `localhost/<name>`.
    pub name: String,
    /// Where the image comes from.
    pub source: Source,
}

/// Where a service's image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A Cargo package in this folder.
    Cargo(PathBuf),
    /// A command.
    Command {
        /// The folder that it is run in.
        folder: PathBuf,
        /// The command, for the shell.
        command: String,
        /// The static binary that it leaves, relative to the folder.
        binary: PathBuf,
    },
    /// An image that was built elsewhere, by its reference.
    Image(String),
}

/// What happens while images are built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A build of these services begins.
    Started {
        /// The services.
        services: Vec<String>,
    },
    /// Cargo has built so many of so many units.
    Units {
        /// How many are done.
        done: usize,
        /// How many there are.
        total: usize,
    },
    /// A line that the build wrote.
    Line(String),
    /// A service's image is in the store.
    Built {
        /// The service.
        service: String,
        /// The image's digest.
        digest: Digest,
    },
}

/// Why there is no image of a service, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no cargo.
    #[error(
        "cannot build `{service}`: there is no `cargo` on this machine\ninstall Rust from https://rustup.rs, or give the service `build: {{ command, binary }}`"
    )]
    NoCargo {
        /// The service.
        service: String,
    },
    /// The folder is not one that a service can be built from.
    #[error("cannot build `{service}` from `{}`: {reason}", folder.display())]
    Source {
        /// The service.
        service: String,
        /// Its folder.
        folder: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The build failed.
    #[error("the build of {} failed\n{output}{}", quoted(.services), hint(.output))]
    Failed {
        /// The services that were built together.
        services: Vec<String>,
        /// What the compiler or the command said, whole.
        output: String,
    },
    /// What was built cannot run in an image of its own.
    #[error("the binary `{}` of `{service}` {reason}", binary.display())]
    Binary {
        /// The service.
        service: String,
        /// The file.
        binary: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// An image that was built elsewhere is not here.
    #[error(
        "the image `{reference}` of `{service}` is not in the image store of this machine, and images of registries are not fetched\ngive the service a `source:` to build it from"
    )]
    NoImage {
        /// The service.
        service: String,
        /// The image.
        reference: String,
    },
    /// The image could not be put into the store.
    #[error("cannot store the image of `{service}`: {reason}")]
    Store {
        /// The service.
        service: String,
        /// What went wrong.
        reason: String,
    },
}

fn quoted(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What helps with a failure that says little by itself.
fn hint(output: &str) -> &'static str {
    if ["unable to find library -lc", "cannot find -lc", "cannot find -lm"]
        .iter()
        .any(|words| output.contains(words))
    {
        "\nthe static C library is missing: install it (Fedora: `dnf install glibc-static`)"
    } else if output.contains("linker `cc` not found") {
        "\nthe C linker is missing: install it (Debian: `apt install gcc libc6-dev`)"
    } else {
        ""
    }
}

/// What makes images.
#[derive(Debug, Clone)]
pub struct Builder {
    store: Store,
    cargo: PathBuf,
}

impl Builder {
    /// Puts images into `store`.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            cargo: PathBuf::from("cargo"),
        }
    }

    /// With another cargo than the one on `PATH`.
    #[must_use]
    pub fn with_cargo(self, cargo: impl Into<PathBuf>) -> Self {
        Self {
            cargo: cargo.into(),
            ..self
        }
    }

    /// Has an image of each service; their digests by service. All that can be built is built before errors are
    /// returned, so that they are all there at once.
    pub async fn build(
        &self,
        services: &[Service],
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<BTreeMap<String, Digest>, Vec<BuildError>> {
        let mut digests = BTreeMap::new();
        let mut errors = Vec::new();
        let mut keep = |service: &str, done: Result<Digest, BuildError>| match done {
            Ok(digest) => {
                progress(Progress::Built {
                    service: service.to_owned(),
                    digest: digest.clone(),
                });
                digests.insert(service.to_owned(), digest);
            }
            Err(error) => errors.push(error),
        };
        let mut packages = Vec::new();
        let mut workspaces = cargo::Workspaces::default();
        for service in services {
            match &service.source {
                Source::Cargo(folder) => {
                    match cargo::package(&self.cargo, &service.name, folder, &mut workspaces).await {
                        Ok(package) => packages.push(package),
                        Err(error) => keep(&service.name, Err(error)),
                    }
                }
                Source::Command {
                    folder,
                    command,
                    binary,
                } => {
                    progress(Progress::Started {
                        services: vec![service.name.clone()],
                    });
                    let done = run_command(&service.name, folder, command, progress).await;
                    let done = match done {
                        Ok(()) => self.store_binary(&service.name, &folder.join(binary)).await,
                        Err(error) => Err(error),
                    };
                    keep(&service.name, done);
                }
                Source::Image(reference) => keep(&service.name, self.stored(&service.name, reference)),
            }
        }
        for group in cargo::groups(packages) {
            let names: Vec<String> = group.iter().map(|package| package.service.clone()).collect();
            progress(Progress::Started { services: names });
            match cargo::build(&self.cargo, &group, progress).await {
                Err(error) => keep("", Err(error)),
                Ok(binaries) => {
                    for (service, binary) in binaries {
                        let done = self.store_binary(&service, &binary).await;
                        keep(&service, done);
                    }
                }
            }
        }
        if errors.is_empty() {
            Ok(digests)
        } else {
            Err(errors)
        }
    }

    /// Puts a binary into the store, as the one file of an image.
    async fn store_binary(&self, service: &str, binary: &Path) -> Result<Digest, BuildError> {
        linkage::check(service, binary)?;
        let (store, name, binary) = (self.store.clone(), service.to_owned(), binary.to_owned());
        let failed = |reason: String| BuildError::Store {
            service: service.to_owned(),
            reason,
        };
        // Hashing and compressing some megabytes is not for the threads that serve.
        let stored = tokio::task::spawn_blocking(move || {
            store.build_scratch(&ImageSpec {
                name: format!("localhost/{name}"),
                binary,
                program: format!("/{name}"),
                user: USER.to_owned(),
                workdir: "/".to_owned(),
                ..ImageSpec::default()
            })
        });
        stored
            .await
            .map_err(|error| failed(error.to_string()))?
            .map_err(|error| failed(error.to_string()))
    }

    /// The image of a reference `name@digest`, `name:tag` or `name`, where it is in the store.
    fn stored(&self, service: &str, reference: &str) -> Result<Digest, BuildError> {
        let failed = |reason: String| BuildError::Store {
            service: service.to_owned(),
            reason,
        };
        let missing = || BuildError::NoImage {
            service: service.to_owned(),
            reference: reference.to_owned(),
        };
        if let Some((_, digest)) = reference.split_once('@') {
            let digest = Digest::try_from(digest.to_owned()).map_err(|error| failed(error.to_string()))?;
            let here = self
                .store
                .contains(&digest)
                .map_err(|error| failed(error.to_string()))?;
            return if here { Ok(digest) } else { Err(missing()) };
        }
        self.store
            .find(reference)
            .map_err(|error| failed(error.to_string()))?
            .ok_or_else(missing)
    }
}

async fn run_command(
    service: &str,
    folder: &Path,
    command: &str,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<(), BuildError> {
    let source = |reason: String| BuildError::Source {
        service: service.to_owned(),
        folder: folder.to_owned(),
        reason,
    };
    if !fs::metadata(folder).is_ok_and(|found| found.is_dir()) {
        return Err(source("there is no such folder".to_owned()));
    }
    let mut shell = tokio::process::Command::new("sh");
    shell.arg("-c").arg(command).current_dir(folder);
    let mut output = String::new();
    let status = process::run(shell, |_, line| {
        output.push_str(line);
        output.push('\n');
        progress(Progress::Line(line.to_owned()));
    });
    let status = status
        .await
        .map_err(|error| source(format!("cannot run `sh`: {error}")))?;
    if status.success() {
        return Ok(());
    }
    let output = format!("{output}`{command}` ended with {status}");
    Err(BuildError::Failed {
        services: vec![service.to_owned()],
        output,
    })
}

#[cfg(test)]
mod tests;
