//! `down`: stops the platform on this machine; nothing is left running.

use crate::control::Client;
use crate::error::{CommandError, chain};
use crate::folder::Folder;
use crate::output::Output;

pub(crate) fn run(folder: &Folder, output: Output) -> Result<(), CommandError> {
    let Ok(mut client) = Client::connect(&folder.state()) else {
        output.result("not running", &serde_json::json!({ "stopped": false }));
        return Ok(());
    };
    client
        .stop()
        .map_err(|error| CommandError::machine(chain(&error)))?;
    output.result("stopped", &serde_json::json!({ "stopped": true }));
    Ok(())
}
