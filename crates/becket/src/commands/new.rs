//! `new`: a platform of your own, with one small service that builds.

use std::path::Path;

use crate::cli::New;
use crate::error::{CommandError, chain};
use crate::folder::{unreadable, write_file};
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
    let text = format!("made {}; run it: {}", folder.display(), next(start, &folder)?);
    let paths: Vec<&str> = files.iter().map(|(path, _)| path).collect();
    output.result(text, &serde_json::json!({ "folder": folder, "files": paths }));
    Ok(())
}

/// What to type to run it. Where a folder was given, the whole path: it holds behind an alias with that folder, too.
fn next(start: &Path, folder: &Path) -> Result<String, CommandError> {
    let folder = if start == Path::new(".") {
        folder.strip_prefix(start).unwrap_or(folder).to_owned()
    } else {
        folder
            .canonicalize()
            .map_err(|error| unreadable(folder, &error))?
    };
    Ok(format!("becket -C {} up", word(&folder.to_string_lossy())))
}

/// A path as one word of a shell.
fn word(path: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word() {
        assert_eq!(word("/home/ada/shop-2"), "/home/ada/shop-2");
        assert_eq!(word("/home/ada's shop"), r"'/home/ada'\''s shop'");
    }
}
