//! The real tools that the tests of the program ask, where they are.

use std::path::PathBuf;

/// The judge `name`, from `$BECKET_TOOLS` or the `PATH`. Where it is missing, says so; in CI it must be there.
pub fn judge(name: &str, what: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::iter::once(tools())
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    found.or_else(|| not_judged(what, &format!("there is no {name}")))
}

/// Says that there is nothing to judge `what` with; in CI that is a failure.
pub fn not_judged<T>(what: &str, why: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{what}: {why}");
    println!("not judged: {what}: {why}");
    None
}

/// The folder that `cargo xtask tools` brings judges into.
pub fn tools() -> PathBuf {
    std::env::var_os("BECKET_TOOLS").map_or_else(
        || {
            std::env::home_dir()
                .unwrap_or_default()
                .join(".cache/becket/tools/bin")
        },
        PathBuf::from,
    )
}
