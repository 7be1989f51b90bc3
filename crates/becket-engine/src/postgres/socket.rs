//! Where the socket is: beside the data, or, where that path is too long for a socket, in a private folder elsewhere.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use sha2::{Digest, Sha256};

use super::PostgresError;

/// The name that PostgreSQL gives its socket, for port 5432.
pub(super) const NAME: &str = ".s.PGSQL.5432";
/// What a socket's path may have at most: 108 bytes with the zero at its end (unix(7)), less the name.
const LONGEST: usize = 107 - NAME.len() - 1;

/// The folder for the socket of the instance in `home`; made, and nobody else's.
pub(super) fn folder(home: &Path) -> Result<PathBuf, PostgresError> {
    let beside = home.join("socket");
    let chosen = if beside.as_os_str().len() <= LONGEST {
        beside
    } else {
        elsewhere(home)
    };
    private(&chosen).map_err(PostgresError::system(format!(
        "make the private folder `{}`",
        chosen.display()
    )))?;
    Ok(chosen)
}

fn elsewhere(home: &Path) -> PathBuf {
    let digest = Sha256::digest(home.as_os_str().as_bytes());
    let user = geteuid();
    let name = format!(
        "becket-{user}-{:02x}{:02x}{:02x}{:02x}{:02x}",
        digest[0], digest[1], digest[2], digest[3], digest[4]
    );
    let runtime = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute());
    let runtime = runtime
        .map(|folder| folder.join(&name))
        .filter(|folder| folder.as_os_str().len() <= LONGEST);
    // Not the temporary folder of the environment: that one may be long as well, or gone with the terminal.
    runtime.unwrap_or_else(|| Path::new("/tmp").join(name))
}

/// Makes the folder, or sees that the one there is ours and closed to others: in `/tmp` anybody could have made it.
fn private(folder: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(folder)?;
            if !found.is_dir() || found.uid() != geteuid().as_raw() {
                return Err(io::Error::other(
                    "it is there already and belongs to somebody else; remove it",
                ));
            }
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_beside_the_data_while_its_path_is_short_enough() {
        let base = tempfile::tempdir().unwrap();
        let short = base.path().join("a");
        fs::create_dir(&short).unwrap();
        assert_eq!(folder(&short).unwrap(), short.join("socket"));
        let long = base.path().join("b".repeat(90));
        fs::create_dir(&long).unwrap();
        let first = folder(&long).unwrap();
        assert!(first.join(NAME).as_os_str().len() < 108, "{first:?}");
        assert_eq!(folder(&long).unwrap(), first);
        assert_eq!(fs::metadata(&first).unwrap().permissions().mode() & 0o777, 0o700);
        fs::remove_dir(first).unwrap();
    }

    #[test]
    fn a_folder_that_is_a_link_is_not_used() {
        let base = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/tmp", base.path().join("socket")).unwrap();
        let error = folder(base.path()).unwrap_err().to_string();
        assert!(error.contains("belongs to somebody else"), "{error}");
    }
}
