//! The authority's two files: read, judged, written beside and renamed. The key is readable by its owner only.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rcgen::{KeyPair, PublicKeyData};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use time::OffsetDateTime;

use super::{AuthorityError, certificate};

pub(super) const CERTIFICATE: &str = "ca.crt";
pub(super) const KEY: &str = "ca.key";

/// A key and the certificate about it.
pub(super) struct Pair {
    pub(super) key: KeyPair,
    pub(super) certificate: CertificateDer<'static>,
    pub(super) not_after: OffsetDateTime,
}

/// What lies in the folder.
pub(super) enum Loaded {
    Missing,
    Damaged(String),
    Pair(Box<Pair>),
}

/// Reads what lies in `folder`. Only a file that cannot be read is an error: one that says nothing sensible is damage.
pub(super) fn load(folder: &Path) -> Result<Loaded, AuthorityError> {
    let (certificate, key) = (read(&folder.join(CERTIFICATE))?, read(&folder.join(KEY))?);
    let (certificate, key) = match (certificate, key) {
        (None, None) => return Ok(Loaded::Missing),
        (None, Some(_)) => return Ok(Loaded::Damaged(format!("`{CERTIFICATE}` is missing"))),
        (Some(_), None) => return Ok(Loaded::Damaged(format!("`{KEY}` is missing"))),
        (Some(certificate), Some(key)) => (certificate, key),
    };
    let Ok(certificate) = CertificateDer::from_pem_slice(&certificate) else {
        return Ok(Loaded::Damaged(format!("`{CERTIFICATE}` holds no certificate")));
    };
    let Some(key) = str::from_utf8(&key)
        .ok()
        .and_then(|pem| KeyPair::from_pem(pem).ok())
    else {
        return Ok(Loaded::Damaged(format!("`{KEY}` holds no key")));
    };
    let Some((not_after, about)) = certificate::end_and_key(&certificate) else {
        return Ok(Loaded::Damaged(format!(
            "`{CERTIFICATE}` cannot be read as a certificate"
        )));
    };
    if about != key.subject_public_key_info() {
        return Ok(Loaded::Damaged(format!(
            "`{CERTIFICATE}` and `{KEY}` do not belong together"
        )));
    }
    close_to_others(&folder.join(KEY))?;
    Ok(Loaded::Pair(Box::new(Pair {
        key,
        certificate,
        not_after,
    })))
}

/// Makes a new authority in `folder`, in the place of what lies there.
pub(super) fn create(folder: &Path, now: OffsetDateTime) -> Result<Pair, AuthorityError> {
    let failed = |error: rcgen::Error| AuthorityError::Certificate {
        host: "the local authority".to_owned(),
        reason: error.to_string(),
    };
    let key = certificate::new_key().map_err(failed)?;
    let params = certificate::authority(&key, now);
    let not_after = params.not_after;
    let made = params.self_signed(&key).map_err(failed)?;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| AuthorityError::File {
            doing: "make",
            path: folder.to_owned(),
            source,
        })?;
    // The key first: a certificate without its key is told apart from a whole pair, whatever moment the power fails.
    write(folder, KEY, key.serialize_pem().as_bytes(), 0o600)?;
    write(folder, CERTIFICATE, made.pem().as_bytes(), 0o644)?;
    Ok(Pair {
        key,
        certificate: made.der().clone(),
        not_after,
    })
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, AuthorityError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AuthorityError::File {
            doing: "read",
            path: path.to_owned(),
            source,
        }),
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8], mode: u32) -> Result<(), AuthorityError> {
    let path = folder.join(name);
    let beside = folder.join(format!("{name}.{}", std::process::id()));
    let written = (|| {
        let _ = fs::remove_file(&beside);
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &path)
    })();
    written.map_err(|source| AuthorityError::File {
        doing: "write",
        path,
        source,
    })
}

fn close_to_others(path: &Path) -> Result<(), AuthorityError> {
    let closed = fs::metadata(path).and_then(|found| {
        if found.permissions().mode().trailing_zeros() >= 6 {
            return Ok(());
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))
    });
    closed.map_err(|source| AuthorityError::File {
        doing: "protect",
        path: path.to_owned(),
        source,
    })
}
