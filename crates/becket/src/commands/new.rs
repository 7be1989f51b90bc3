//! `new`: a platform of your own, with one small service that builds.

use std::path::Path;

use crate::cli::New;
use crate::error::{CommandError, chain};
use crate::folder::write_file;
use crate::output::Output;

pub(crate) fn run(start: &Path, arguments: &New, output: Output) -> Result<(), CommandError> {
    let files = becket_platform::scaffold(&arguments.name, &arguments.domain)
        .map_err(|error| CommandError::usage(chain(&error)))?;
    let folder = start.join(&arguments.name);
    let taken = folder
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some())
        || folder.is_file();
    if taken {
        return Err(
            CommandError::usage(format!("{} is there already and not empty", folder.display()))
                .hint("choose another name, or remove it"),
        );
    }
    for (path, contents) in files.iter() {
        write_file(&folder.join(path), contents)?;
    }
    let text = format!(
        "made {}; run it: becket -C {} up",
        folder.display(),
        arguments.name
    );
    let paths: Vec<&str> = files.iter().map(|(path, _)| path).collect();
    output.result(text, &serde_json::json!({ "folder": folder, "files": paths }));
    Ok(())
}
