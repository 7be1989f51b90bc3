//! PostgreSQL's binaries from Maven Central, where the machine has none: one pinned archive, checked by its digest.
//!
//! See `docs/decisions/postgresql.md` for why this source. Only the newest pinned version is kept.

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

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

/// Fetches the binaries into `cache`; the folder that holds the programs.
pub(super) fn fetch(cache: &Path) -> Result<PathBuf, FetchError> {
    let (platform, wanted) = match std::env::consts::ARCH {
        "x86_64" => (
            "linux-amd64",
            "23da5a044b4fb7a5a081a45008c95749c873305328d73f86aefd56922ce1d29d",
        ),
        "aarch64" => (
            "linux-arm64v8",
            "84427ea54a5238247924ef3b0f940e7d027e58760f19d7325242e50d22fa014a",
        ),
        other => return Err(FetchError::Architecture(other)),
    };
    let artifact = format!("embedded-postgres-binaries-{platform}");
    let url = format!("{SOURCE}/{artifact}/{RELEASE}/{artifact}-{RELEASE}.jar");
    let archive = download(&url).map_err(|error| FetchError::Download {
        url: url.clone(),
        reason: error.to_string(),
    })?;
    check(&archive, &url, wanted)?;
    let folder = cache.join("postgresql").join(RELEASE);
    let unpacked = unpack(&archive, &folder);
    unpacked.map_err(|error| FetchError::Unpack {
        folder,
        reason: error.to_string(),
    })?;
    Ok(binaries(cache))
}

fn download(url: &str) -> Result<Vec<u8>, ureq::Error> {
    let config = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(15)))
        .timeout_global(Some(Duration::from_mins(5)))
        .build();
    ureq::Agent::new_with_config(config)
        .get(url)
        .call()?
        .body_mut()
        .with_config()
        .limit(LARGEST)
        .read_to_vec()
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
}
