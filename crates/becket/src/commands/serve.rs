//! `serve`: the engine in a process of its own, for `up --until`. Hidden: `up` starts it.

use crate::cli::Serve;
use crate::error::CommandError;
use crate::folder::Folder;
use crate::host::Host;
use crate::output::Output;
use crate::platform::Read;
use crate::runtime::runtime;
use crate::signals::Signals;

pub(crate) fn run(folder: &Folder, arguments: &Serve, output: Output) -> Result<(), CommandError> {
    let read = Read::of(folder, output)?;
    let (platform, stages) = (read.platform()?, read.stages()?);
    runtime()?.block_on(async {
        let mut signals = Signals::new()?;
        let start = Host::start(folder, platform, &stages, arguments.port, |text| {
            output.progress(text);
        });
        let Some(host) = signals.through(start, || {}).await else {
            return Ok(());
        };
        let host = host?;
        tokio::select! {
            () = signals.stop() => {}
            () = host.engine.asked_to_stop() => {}
        }
        host.stop().await;
        Ok(())
    })
}
