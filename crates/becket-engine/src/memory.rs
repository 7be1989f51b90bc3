//! What cannot be told from Git and is kept over restarts: which hooks have succeeded, and which protected Applications
//! were synced to which commit.
//!
//! Without the files everything that Git asks for still comes up; hooks run once more then.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::world::{Hooks, Protected};

const HOOKS: &str = "hooks.json";
/// A person takes an Application out of it to delete it.
pub(crate) const PROTECTED: &str = "protected.json";

/// The hooks that were kept; none when there is no file or it cannot be understood.
pub(crate) fn load(run: &Path) -> Hooks {
    let text = fs::read(run.join(HOOKS)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Keeps the hooks.
pub(crate) fn save(run: &Path, hooks: &Hooks) -> io::Result<()> {
    write(run, HOOKS, hooks)
}

/// The protected Applications. A file that cannot be understood is an error: what it protects would be forgotten.
pub(crate) fn load_protected(run: &Path) -> io::Result<Protected> {
    match fs::read(run.join(PROTECTED)) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Protected::new()),
        Err(error) => Err(error),
    }
}

/// Keeps the protected Applications.
pub(crate) fn save_protected(run: &Path, protected: &Protected) -> io::Result<()> {
    write(run, PROTECTED, protected)
}

/// Writes beside, then puts it in its place, so that a kill leaves the old or the new one.
fn write(run: &Path, name: &str, map: &BTreeMap<String, String>) -> io::Result<()> {
    let beside = run.join(format!("{name}.new"));
    let mut file = fs::File::create(&beside)?;
    file.write_all(serde_json::to_string_pretty(map)?.as_bytes())?;
    file.sync_data()?;
    fs::rename(beside, run.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again_and_a_broken_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(folder.path()), Hooks::new());
        let hooks = Hooks::from([("apps-orders-qa/Job/migration".to_owned(), "abc".to_owned())]);
        save(folder.path(), &hooks).unwrap();
        assert_eq!(load(folder.path()), hooks);
        fs::write(folder.path().join(HOOKS), "{").unwrap();
        assert_eq!(load(folder.path()), Hooks::new());
    }

    #[test]
    fn a_broken_file_of_what_is_protected_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load_protected(folder.path()).unwrap(), Protected::new());
        let protected = Protected::from([("apps-orders-production".to_owned(), "1".repeat(40))]);
        save_protected(folder.path(), &protected).unwrap();
        assert_eq!(load_protected(folder.path()).unwrap(), protected);
        fs::write(folder.path().join(PROTECTED), "{").unwrap();
        load_protected(folder.path()).unwrap_err();
    }
}
