//! The data folder: made by `initdb`, configured for a laptop, with the secret that passwords come from.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::process::Stdio;

use nix::unistd::geteuid;
use sha2::{Digest, Sha256};

use super::init::Launch;
use super::{Installation, PostgresError};

/// The role that makes the others; pods never see its password.
pub(super) const OWNER: &str = "postgres";
const SECRET: &str = "becket.secret";

/// What passwords are derived from, so that none has to be stored; it lives and goes with the data.
pub(super) struct Secret([u8; 32]);

impl Secret {
    /// The password of a role.
    pub(super) fn password_of(&self, role: &str) -> String {
        let inner = Sha256::new()
            .chain_update(self.0)
            .chain_update(role.as_bytes())
            .finalize();
        hex(&Sha256::new().chain_update(self.0).chain_update(inner).finalize())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .collect()
}

/// The major version that made the data; `None` where there is no data.
pub(super) fn made_by(data: &Path) -> Result<Option<u32>, PostgresError> {
    let owner = match fs::metadata(data) {
        Ok(found) => found.uid(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(PostgresError::system(format!("look at `{}`", data.display()))(
                error,
            ));
        }
    };
    let user = geteuid().as_raw();
    if owner != user {
        return Err(PostgresError::OtherUser {
            data: data.to_owned(),
            owner,
            user,
        });
    }
    let version = fs::read_to_string(data.join("PG_VERSION"))
        .ok()
        .and_then(|text| text.trim().parse().ok());
    version.map(Some).ok_or_else(|| PostgresError::System {
        doing: format!("use the databases in `{}`", data.display()),
        reason: "it holds no PostgreSQL data, or damaged data; move it away to start with empty databases"
            .to_owned(),
    })
}

/// Makes the data in `home` where there is none, whole or not at all; its secret either way.
pub(super) async fn prepare(
    home: &Path,
    with: &Installation,
    launch: &Launch,
) -> Result<Secret, PostgresError> {
    let data = home.join("data");
    if !data.exists() {
        let doing = || format!("make a folder in `{}`", home.display());
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(home)
            .map_err(PostgresError::system(doing()))?;
        let half = home.join("data.new");
        if half.exists() {
            fs::remove_dir_all(&half).map_err(PostgresError::system(doing()))?;
        }
        initdb(home, &half, with, launch).await?;
        fs::rename(&half, &data).map_err(PostgresError::system(doing()))?;
    }
    let secret = fs::read(data.join(SECRET))
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    secret.map(Secret).ok_or_else(|| PostgresError::System {
        doing: format!("use the databases in `{}`", data.display()),
        reason: format!("`{SECRET}` is missing there; move the folder away to start with empty databases"),
    })
}

async fn initdb(home: &Path, data: &Path, with: &Installation, launch: &Launch) -> Result<(), PostgresError> {
    let doing = || format!("make databases in `{}`", home.display());
    let mut random = [0; 32];
    let source = fs::File::open("/dev/urandom");
    source
        .and_then(|mut file| io::Read::read_exact(&mut file, &mut random))
        .map_err(PostgresError::system(doing()))?;
    let secret = Secret(random);
    let password = home.join("password.new");
    write_private(&password, secret.password_of(OWNER).as_bytes()).map_err(PostgresError::system(doing()))?;
    let mut command = launch.command(&with.binaries.join("initdb"));
    command.arg("--pgdata").arg(data).arg("--pwfile").arg(&password);
    command.args([
        "--username",
        OWNER,
        "--auth",
        "scram-sha-256",
        "--encoding",
        "UTF8",
        "--locale",
        "C",
    ]);
    command
        .args(["--no-sync", "--no-instructions"])
        .env("TZ", "GMT")
        .stdin(Stdio::null())
        .current_dir(home);
    // A thread that waits for it, because it ends when the thread that started it does.
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    let _ = fs::remove_file(&password);
    let output = output
        .map_err(io::Error::other)
        .and_then(|output| output)
        .map_err(PostgresError::system(doing()))?;
    if !output.status.success() {
        let mut said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if said.contains("Permission denied") {
            // Root without its powers may not enter another user's private folders.
            said.push_str("\nrun this as the user to whom the folders above belong");
        }
        return Err(PostgresError::System {
            doing: doing(),
            reason: format!("initdb: {said}"),
        });
    }
    write_private(&data.join(SECRET), &secret.0).map_err(PostgresError::system(doing()))
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    io::Write::write_all(&mut file, bytes)
}

/// Writes the configuration, at each start, so that an upgrade of Becket takes effect.
///
/// `fsync` and `full_page_writes` are off: what the kernel holds survives the kill of any process, and a crash of the
/// whole machine is not what a laptop's copy of the platform has to survive. Nothing that wakes up regularly is on.
pub(super) fn configure(data: &Path, sockets: &Path) -> Result<(), PostgresError> {
    let sockets = sockets.display().to_string().replace('\'', "''");
    let settings = format!(
        "# Written by becket at each start.\n\
         listen_addresses = ''\n\
         unix_socket_directories = '{sockets}'\n\
         unix_socket_permissions = 0700\n\
         max_connections = 200\n\
         shared_buffers = 24MB\n\
         fsync = off\n\
         full_page_writes = off\n\
         wal_level = minimal\n\
         max_wal_senders = 0\n\
         min_wal_size = 32MB\n\
         max_wal_size = 256MB\n\
         checkpoint_timeout = 30min\n\
         autovacuum_naptime = 5min\n\
         autovacuum_max_workers = 1\n\
         bgwriter_lru_maxpages = 0\n\
         wal_writer_delay = 10s\n\
         max_worker_processes = 2\n\
         max_parallel_workers = 0\n\
         max_logical_replication_workers = 0\n\
         jit = off\n\
         log_checkpoints = off\n\
         password_encryption = scram-sha-256\n\
         timezone = 'GMT'\n\
         log_timezone = 'GMT'\n\
         log_line_prefix = '%m %u@%d '\n"
    );
    // A role reaches the database of its own name and no other.
    let access = format!(
        "# Written by becket at each start.\n\
         local all {OWNER} scram-sha-256\n\
         local sameuser all scram-sha-256\n"
    );
    for (name, text) in [("postgresql.conf", settings), ("pg_hba.conf", access)] {
        let path = data.join(name);
        write_private(&path, text.as_bytes())
            .map_err(PostgresError::system(format!("write `{}`", path.display())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_depends_on_the_secret_and_the_role() {
        let one = Secret([1; 32]);
        assert_eq!(
            one.password_of("dev_orders"),
            Secret([1; 32]).password_of("dev_orders")
        );
        assert_ne!(one.password_of("dev_orders"), one.password_of("qa_orders"));
        assert_ne!(
            one.password_of("dev_orders"),
            Secret([2; 32]).password_of("dev_orders")
        );
        assert_eq!(one.password_of("a").len(), 64);
        assert_eq!(hex(&[0x0f, 0xa0]), "0fa0");
    }

    #[test]
    fn damaged_data_is_an_error_with_a_remedy() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(made_by(&folder.path().join("data")).unwrap(), None);
        for content in ["", "fifteen", "-1"] {
            fs::write(folder.path().join("PG_VERSION"), content).unwrap();
            let error = made_by(folder.path()).unwrap_err().to_string();
            assert!(error.contains("move it away"), "{error}");
        }
        fs::write(folder.path().join("PG_VERSION"), "15\n").unwrap();
        assert_eq!(made_by(folder.path()).unwrap(), Some(15));
    }
}
