//! What the authority promises: kept between runs, replaced when unusable, believed by clients for local names only.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{CertificateError, RootCertStore};
use time::Duration;

use super::*;

/// Whether a client that trusts `authority` believes `key` to be `host`.
fn believed(authority: &Authority, key: &CertifiedKey, host: &str) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate().clone()).unwrap();
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()))
            .build()
            .unwrap();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    verifier
        .verify_server_cert(&key.cert[0], &key.cert[1..], &name, &[], UnixTime::now())
        .map(|_| ())
}

#[test]
fn a_client_that_trusts_the_authority_believes_a_local_host() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::open(folder.path()).unwrap();
    for host in ["www.dev.shop.localhost", "localhost", "127.0.0.1", "::1"] {
        let key = authority.leaf(host).unwrap().unwrap();
        believed(&authority, &key, host).unwrap();
    }
    let key = authority.leaf("www.dev.shop.localhost").unwrap().unwrap();
    assert!(believed(&authority, &key, "www.qa.shop.localhost").is_err());
}

#[test]
fn no_certificate_is_made_for_a_name_elsewhere_and_none_would_be_believed() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::open(folder.path()).unwrap();
    assert!(authority.leaf("shop.example").unwrap().is_none());
    assert!(authority.leaf("notlocalhost").unwrap().is_none());
    assert!(authority.leaf("192.0.2.1").unwrap().is_none());

    let forged = authority.make("shop.example", OffsetDateTime::now_utc()).unwrap();
    let refused = believed(&authority, &forged.key, "shop.example").unwrap_err();
    assert!(
        matches!(
            refused,
            rustls::Error::InvalidCertificate(CertificateError::Other(_))
        ),
        "{refused:?}"
    );
}

#[test]
fn a_name_that_cannot_be_a_host_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::open(folder.path()).unwrap();
    assert!(authority.leaf("käse.localhost").is_err());
}

#[test]
fn the_authority_is_kept_and_its_key_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("deep/ca");
    let first = Authority::open(&home).unwrap();
    assert_eq!(first.origin(), &Origin::New);
    assert_eq!(
        fs::metadata(home.join("ca.key")).unwrap().permissions().mode() & 0o777,
        0o600
    );

    fs::set_permissions(home.join("ca.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let second = Authority::open(&home).unwrap();
    assert_eq!(second.origin(), &Origin::Kept);
    assert_eq!(second.certificate(), first.certificate());
    assert_eq!(
        fs::metadata(home.join("ca.key")).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let key = second.leaf("a.localhost").unwrap().unwrap();
    believed(&first, &key, "a.localhost").unwrap();
    let left: Vec<_> = fs::read_dir(&home)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn damaged_files_are_replaced_and_the_reason_is_told() {
    let other = tempfile::tempdir().unwrap();
    Authority::open(other.path()).unwrap();
    let foreign = fs::read(other.path().join("ca.crt")).unwrap();
    let half = foreign[..foreign.len() / 2].to_vec();
    let empty = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
    let cases: [(&str, Option<Vec<u8>>, &str); 7] = [
        ("ca.crt", None, "`ca.crt` is missing"),
        ("ca.key", None, "`ca.key` is missing"),
        ("ca.crt", Some(half), "`ca.crt` holds no certificate"),
        ("ca.crt", Some(empty), "`ca.crt` cannot be read as a certificate"),
        ("ca.key", Some(vec![0xff, 0]), "`ca.key` holds no key"),
        ("ca.key", Some(Vec::new()), "`ca.key` holds no key"),
        (
            "ca.crt",
            Some(foreign),
            "`ca.crt` and `ca.key` do not belong together",
        ),
    ];
    for (file, content, reason) in cases {
        let folder = tempfile::tempdir().unwrap();
        Authority::open(folder.path()).unwrap();
        match content {
            None => fs::remove_file(folder.path().join(file)).unwrap(),
            Some(content) => fs::write(folder.path().join(file), content).unwrap(),
        }
        let authority = Authority::open(folder.path()).unwrap();
        assert_eq!(authority.origin(), &Origin::Replaced(reason.to_owned()));
        let key = authority.leaf("a.localhost").unwrap().unwrap();
        believed(&authority, &key, "a.localhost").unwrap();
        assert_eq!(Authority::open(folder.path()).unwrap().origin(), &Origin::Kept);
    }
}

#[test]
fn an_authority_near_its_end_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let now = OffsetDateTime::now_utc();
    Authority::open_at(folder.path(), now).unwrap();
    let later = now + certificate::CA_LIFE - Duration::days(31);
    assert_eq!(
        Authority::open_at(folder.path(), later).unwrap().origin(),
        &Origin::Kept
    );
    let late = now + certificate::CA_LIFE - Duration::days(29);
    assert!(
        matches!(Authority::open_at(folder.path(), late).unwrap().origin(), Origin::Replaced(reason) if reason.starts_with("it ends on "))
    );
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("ca.key")).unwrap();
    let error = Authority::open(folder.path()).unwrap_err().to_string();
    assert!(
        error.starts_with("cannot read `") && error.contains("remove it to get a new"),
        "{error}"
    );
}

#[test]
fn a_hosts_certificate_is_made_once_and_renewed_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::open(folder.path()).unwrap();
    let now = OffsetDateTime::now_utc();
    let first = authority.leaf_at("a.localhost", now).unwrap().unwrap();
    let again = authority
        .leaf_at("A.localhost", now + Duration::days(29))
        .unwrap()
        .unwrap();
    assert!(Arc::ptr_eq(&first, &again));
    let renewed = authority
        .leaf_at("a.localhost", now + Duration::days(31))
        .unwrap()
        .unwrap();
    assert!(!Arc::ptr_eq(&first, &renewed));
    for number in 0..LEAVES * 2 {
        authority.leaf_at(&format!("h{number}.localhost"), now).unwrap();
    }
    assert!(authority.leaves.lock().unwrap().len() <= LEAVES);
}
