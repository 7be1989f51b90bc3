//! The keys that states are sealed with. Without any said, a server makes one outside of the folder of the states, so that
//! who copies that folder has not copied the key.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use becket_tfstate::Keyring;

use crate::cli::state::Place;
use crate::error::CommandError;
use crate::output::Output;

const VARIABLE: &str = "BECKET_STATE_KEY";

/// The keys of states that are there: none is made for them, since it would open nothing.
pub(super) fn of(start: &Path, place: &Place) -> Result<Keyring, CommandError> {
    if let Some(keys) = said(start, place)? {
        return Ok(keys);
    }
    let file = own()?;
    kept(&file)?.ok_or_else(|| {
        CommandError::usage(format!(
            "there is no key for the states: {} is not there",
            file.display()
        ))
        .hint(format!(
            "--key-file FILE, or {VARIABLE}, with the key that the server has"
        ))
    })
}

/// The keys of a server, which may be the first to need one.
pub(super) fn of_server(start: &Path, place: &Place, output: Output) -> Result<Keyring, CommandError> {
    if let Some(keys) = said(start, place)? {
        return Ok(keys);
    }
    let file = own()?;
    kept(&file)?.map_or_else(|| make(&file, output), Ok)
}

/// Keys for what is not sealed: they are nobody's.
pub(super) fn unneeded() -> Result<Keyring, CommandError> {
    let key = Keyring::new_key().and_then(|key| Keyring::read(&key));
    key.map_err(|error| CommandError::machine(&error))
}

/// The keys that were named.
fn said(start: &Path, place: &Place) -> Result<Option<Keyring>, CommandError> {
    if let Some(file) = &place.key_file {
        let file = start.join(file);
        let text = std::fs::read_to_string(&file).map_err(|error| {
            CommandError::usage(format!("cannot read the keys in {}: {error}", file.display()))
                .hint(format!("openssl rand -base64 32 > {}", file.display()))
        })?;
        return read(&text, &file.display().to_string()).map(Some);
    }
    let text = std::env::var_os(VARIABLE);
    text.map(|text| read(&text.to_string_lossy(), VARIABLE))
        .transpose()
}

/// The keys in the user's own file; none where there is no such file.
fn kept(file: &Path) -> Result<Option<Keyring>, CommandError> {
    match std::fs::read_to_string(file) {
        Ok(text) => read(&text, &file.display().to_string()).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CommandError::machine(format!(
            "cannot read {}: {error}",
            file.display()
        ))),
    }
}

fn read(text: &str, place: &str) -> Result<Keyring, CommandError> {
    Keyring::read(text).map_err(|error| CommandError::usage(format!("{place}: {error}")))
}

/// The user's own.
fn own() -> Result<PathBuf, CommandError> {
    let folder = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = folder.or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    let folder = folder.ok_or_else(|| {
        CommandError::usage("there is no key for the states, and no home to keep one in")
            .hint(format!("set {VARIABLE}, or --key-file FILE"))
    })?;
    Ok(folder.join("becket/state.key"))
}

/// Makes the user's own key. It is safe on the disk before anything is sealed with it.
fn make(file: &Path, output: Output) -> Result<Keyring, CommandError> {
    let key = Keyring::new_key().map_err(|error| CommandError::machine(&error))?;
    let failed =
        |error: std::io::Error| CommandError::machine(format!("cannot write {}: {error}", file.display()));
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    // Beside it first, then under its name unless somebody else was faster: a half key is never read.
    let beside = folder.join(format!(".state.key.{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    let mut new = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .map_err(failed)?;
    let written = writeln!(new, "{key}")
        .and_then(|()| new.sync_all())
        .and_then(|()| std::fs::hard_link(&beside, file));
    drop(std::fs::remove_file(&beside));
    match written {
        Ok(()) => {
            std::fs::File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(failed)?;
            output.progress(format!(
                "made a key: {}. Keep a copy elsewhere: without it the states cannot be read",
                file.display()
            ));
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let text = std::fs::read_to_string(file).map_err(failed)?;
    read(&text, &file.display().to_string())
}
