//! Images of services: built from their sources into the store of this platform.

use std::collections::BTreeMap;
use std::path::PathBuf;

use becket_engine::build::{Builder, Progress, Service, Source};
use becket_platform::Platform;
use becket_pod::store::Store;
use becket_release::Image;

use crate::error::{CommandError, Kind, chain};
use crate::folder::Folder;
use crate::output::{Output, short};
use crate::runtime::runtime;

/// Builds the services named `wanted`, and returns an image of each, by name.
pub(crate) fn build(
    folder: &Folder,
    platform: &Platform,
    wanted: &[String],
    output: Output,
) -> Result<BTreeMap<String, Image>, CommandError> {
    let store = open(folder)?;
    let services: Vec<Service> = platform
        .services
        .iter()
        .filter(|(name, _)| wanted.contains(&name.to_string()))
        .filter_map(|(name, service)| {
            let source = match service.origin()? {
                becket_platform::Source::Folder(source) => {
                    Source::Cargo(folder.path().join(source.to_string()))
                }
                becket_platform::Source::Command(source, build) => Source::Command {
                    folder: folder.path().join(source.to_string()),
                    command: build.command.to_string(),
                    binary: PathBuf::from(build.binary.to_string()),
                },
                becket_platform::Source::Image(image) => Source::Image(image.to_string()),
            };
            Some(Service {
                name: name.to_string(),
                source,
            })
        })
        .collect();
    let line = std::sync::Mutex::new(output.status_line());
    let progress = |event: Progress| {
        let Ok(mut line) = line.lock() else { return };
        match event {
            Progress::Started { services } => line.lasting(&format!("building {}", services.join(", "))),
            Progress::Units { done, total } => line.passing(&format!("  {done} of {total} crates")),
            Progress::Line(_) => {}
            Progress::Built { service, digest } => {
                let digest = digest.to_string();
                line.lasting(&format!("  {service} {}", short(&digest)));
            }
        }
    };
    let runtime = runtime()?;
    let digests = runtime
        .block_on(Builder::new(store).build(&services, &progress))
        .map_err(|errors| {
            let text: Vec<String> = errors.iter().map(|error| chain(error)).collect();
            CommandError::new(Kind::Findings, text.join("\n\n"))
        })?;
    digests
        .into_iter()
        .map(|(name, digest)| {
            let broken = |error: &dyn std::fmt::Display| CommandError::machine(format!("{name}: {error}"));
            let digest = digest.to_string().parse().map_err(|error| broken(&error))?;
            let image =
                Image::new(&name, format!("localhost/{name}"), digest).map_err(|error| broken(&error))?;
            Ok((name, image))
        })
        .collect()
}

/// The store of this platform's images.
pub(crate) fn open(folder: &Folder) -> Result<Store, CommandError> {
    Store::open(folder.prepare_state()?.join("images")).map_err(|error| CommandError::machine(chain(&error)))
}
