//! `serve`: the engine in a process of its own, for `up --until`. Hidden: `up` starts it.

use crate::cli::Serve;
use crate::error::CommandError;
use crate::folder::Folder;
use crate::host::Host;
use crate::images;
use crate::output::Output;
use crate::platform::Read;
use tokio::signal::unix::{SignalKind, signal};

pub(crate) fn run(folder: &Folder, arguments: &Serve, output: Output) -> Result<(), CommandError> {
    let read = Read::of(folder, output)?;
    let (platform, stages) = (read.platform()?, read.stages()?);
    images::runtime()?.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).map_err(|error| CommandError::machine(&error))?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| CommandError::machine(&error))?;
        let host = Host::start(folder, platform, &stages, arguments.port, |text| {
            output.progress(text);
        })
        .await?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = host.engine.asked_to_stop() => {}
        }
        host.stop().await;
        Ok(())
    })
}
