//! What cannot be told from Git and is kept over restarts: which hooks have succeeded.
//!
//! Without the file everything still comes up; hooks run once more then.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::world::Hooks;

const FILE: &str = "hooks.json";

/// What was kept; nothing when there is none or it cannot be understood.
pub(crate) fn load(run: &Path) -> Hooks {
    let text = fs::read(run.join(FILE)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Keeps it: written beside, then put in its place, so that a kill leaves the old or the new one.
pub(crate) fn save(run: &Path, hooks: &Hooks) -> io::Result<()> {
    let beside = run.join("hooks.json.new");
    let mut file = fs::File::create(&beside)?;
    file.write_all(serde_json::to_string_pretty(hooks)?.as_bytes())?;
    file.sync_data()?;
    fs::rename(beside, run.join(FILE))
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
        fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(load(folder.path()), Hooks::new());
    }
}
