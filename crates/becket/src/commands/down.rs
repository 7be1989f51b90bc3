//! `down`: stops the platform on this machine; nothing is left running.

use crate::error::CommandError;
use crate::folder::Folder;
use crate::output::Output;
use crate::running::Running;

pub(crate) fn run(folder: &Folder, output: Output) -> Result<(), CommandError> {
    let Some(running) = Running::find(folder)? else {
        output.result("not running", &serde_json::json!({ "stopped": false }));
        return Ok(());
    };
    running.stop()?;
    output.result("stopped", &serde_json::json!({ "stopped": true }));
    Ok(())
}
