//! PostgreSQL's binaries from Maven Central, where the machine has none: one pinned archive, checked by its digest.
//!
//! See `docs/decisions/postgresql.md` for why this source. Only the newest pinned version is kept.

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use ureq::tls::{RootCerts, TlsConfig};

/// The major version that is fetched.
pub(super) const VERSION: u32 = 17;
const RELEASE: &str = "17.6.0";
const SOURCE: &str = "https://repo1.maven.org/maven2/io/zonky/test/postgres";
/// No archive is larger.
const LARGEST: u64 = 64 << 20;

/// Why the binaries could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There are none for this machine.
    #[error("there are no binaries for {0}")]
    Architecture(&'static str),
    /// The archive could not be downloaded.
    #[error("cannot download {url}: {reason}")]
    Download {
        /// Where it is.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The archive is not the one that is known.
    #[error("{url} has the digest {found} instead of {wanted}")]
    Digest {
        /// Where it is.
        url: String,
        /// Its SHA-256.
        found: String,
        /// The SHA-256 it should have.
        wanted: &'static str,
    },
    /// The archive could not be unpacked.
    #[error("cannot unpack the archive into `{}`: {reason}", folder.display())]
    Unpack {
        /// Where to.
        folder: PathBuf,
        /// What went wrong.
        reason: String,
    },
}

/// The folder with the programs, once they are fetched.
pub(super) fn binaries(cache: &Path) -> PathBuf {
    cache.join("postgresql").join(RELEASE).join("bin")
}

/// The archive for this machine: its platform's name, and its SHA-256.
fn pinned() -> Result<(&'static str, &'static str), FetchError> {
    match std::env::consts::ARCH {
        "x86_64" => Ok((
            "linux-amd64",
            "23da5a044b4fb7a5a081a45008c95749c873305328d73f86aefd56922ce1d29d",
        )),
        "aarch64" => Ok((
            "linux-arm64v8",
            "84427ea54a5238247924ef3b0f940e7d027e58760f19d7325242e50d22fa014a",
        )),
        other => Err(FetchError::Architecture(other)),
    }
}

/// Fetches the binaries into `cache`; the folder that holds the programs.
pub(super) fn fetch(cache: &Path) -> Result<PathBuf, FetchError> {
    let (platform, wanted) = pinned()?;
    let artifact = format!("embedded-postgres-binaries-{platform}");
    let url = format!("{SOURCE}/{artifact}/{RELEASE}/{artifact}-{RELEASE}.jar");
    let archive = download(&url).map_err(|error| FetchError::Download {
        url: url.clone(),
        reason: error.to_string(),
    })?;
    install(&archive, &url, wanted, cache)
}

fn download(url: &str) -> Result<Vec<u8>, ureq::Error> {
    // As the machine trusts, so that a company's own authority counts.
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    let config = ureq::Agent::config_builder()
        .tls_config(tls)
        .timeout_connect(Some(Duration::from_secs(15)))
        .timeout_global(Some(Duration::from_mins(5)))
        .build();
    let mut answer = ureq::Agent::new_with_config(config).get(url).call()?;
    answer.body_mut().with_config().limit(LARGEST).read_to_vec()
}

fn install(archive: &[u8], url: &str, wanted: &'static str, cache: &Path) -> Result<PathBuf, FetchError> {
    check(archive, url, wanted)?;
    let folder = cache.join("postgresql").join(RELEASE);
    let unpacked = unpack(archive, &folder);
    unpacked.map_err(|error| FetchError::Unpack {
        folder,
        reason: error.to_string(),
    })?;
    Ok(binaries(cache))
}

fn check(archive: &[u8], url: &str, wanted: &'static str) -> Result<(), FetchError> {
    use std::fmt::Write;
    let found = Sha256::digest(archive)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
    if found == wanted {
        Ok(())
    } else {
        Err(FetchError::Digest {
            url: url.to_owned(),
            found,
            wanted,
        })
    }
}

/// Unpacks the one `.txz` in the archive into `folder`, whole or not at all.
fn unpack(archive: &[u8], folder: &Path) -> io::Result<()> {
    let mut jar = zip::ZipArchive::new(Cursor::new(archive)).map_err(io::Error::other)?;
    let name = jar
        .file_names()
        .flatten()
        .find(|name| name.ends_with(".txz"))
        .map(std::borrow::Cow::into_owned);
    let name = name.ok_or_else(|| io::Error::other("it holds no `.txz`"))?;
    let packed = jar.by_name(&name).map_err(io::Error::other)?;
    let beside = folder.with_extension(format!("new.{}", std::process::id()));
    fs::create_dir_all(&beside)?;
    // The `zip` reader already says how long the file is; nothing here is larger than the digest vouches for.
    let tar = lzma_rust2::XzReader::new(io::BufReader::new(packed), false);
    let done = tar::Archive::new(tar.take(LARGEST * 16))
        .unpack(&beside)
        .and_then(|()| {
            match fs::rename(&beside, folder) {
                // Somebody else was faster.
                Err(_) if folder.join("bin/postgres").is_file() => fs::remove_dir_all(&beside),
                other => other,
            }
        });
    if done.is_err() {
        let _ = fs::remove_dir_all(&beside);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_with_another_digest_is_refused() {
        let error = check(b"something else", "https://example.org/a.jar", "00")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("https://example.org/a.jar has the digest "),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_archive_is_an_error_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(unpack(b"PK\x03\x04 no archive", &folder.path().join("17.6.0")).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// The archive as a Maven client left it on this machine.
    #[test]
    fn the_pinned_archive_is_what_is_known_and_its_programs_run() {
        let (platform, wanted) = pinned().unwrap();
        let artifact = format!("embedded-postgres-binaries-{platform}");
        let home = std::env::var("HOME").unwrap_or_default();
        let file = format!(
            "{home}/.m2/repository/io/zonky/test/postgres/{artifact}/{RELEASE}/{artifact}-{RELEASE}.jar"
        );
        let Ok(archive) = fs::read(&file) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "`mvn dependency:get` has to fetch {artifact} before"
            );
            eprintln!("not judged: the archive of PostgreSQL: Maven has not fetched {artifact}");
            return;
        };
        let cache = tempfile::tempdir().unwrap();
        let binaries = install(&archive, &file, wanted, cache.path()).unwrap();
        for program in ["postgres", "initdb"] {
            let said = std::process::Command::new(binaries.join(program))
                .arg("--version")
                .output()
                .unwrap();
            let said = String::from_utf8(said.stdout).unwrap();
            assert!(said.contains(&format!("(PostgreSQL) {VERSION}.")), "{said}");
        }
        assert_eq!(fs::read_dir(cache.path().join("postgresql")).unwrap().count(), 1);
    }

    #[test]
    fn a_download_is_whole_or_an_error() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/a.jar", listener.local_addr().unwrap());
        let answers = [
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nwhole",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhal",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        ];
        let server = std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = [0; 1024];
                assert!(stream.read(&mut asked).unwrap() > 0);
                io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
            }
        });
        assert_eq!(download(&url).unwrap(), b"whole");
        assert!(download(&url).is_err());
        assert!(download(&url).unwrap_err().to_string().contains("404"));
        server.join().unwrap();
        assert!(download(&url).is_err());
    }
}
