//! The image store: digests that mean contents, and several processes at once.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use becket_pod::store::{Digest, ImageContents, ImageFile, ImageSpec, Store, StoreError};
use tempfile::TempDir;

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("images")).unwrap();
    (folder, store)
}

fn image(folder: &Path, contents: &str) -> ImageSpec {
    let binary = folder.join("binary");
    fs::write(&binary, contents).unwrap();
    ImageSpec {
        name: "localhost/orders".to_owned(),
        binary,
        program: "/bin/orders".to_owned(),
        files: vec![
            ImageFile {
                path: "/etc/ssl/cert.pem".to_owned(),
                contents: ImageContents::Bytes(b"certificate".to_vec()),
                mode: 0o444,
            },
            ImageFile {
                path: "/a".to_owned(),
                contents: ImageContents::Bytes(Vec::new()),
                mode: 0o600,
            },
        ],
        args: vec!["serve".to_owned()],
        env: vec![("RUST_LOG".to_owned(), "a=b".to_owned())],
        user: "65532:65533".to_owned(),
        workdir: "/work".to_owned(),
        labels: [("team".to_owned(), "shop".to_owned())].into(),
        ..ImageSpec::default()
    }
}

#[test]
fn the_same_contents_have_the_same_digest_everywhere() {
    let (one, first) = store();
    let (two, second) = store();
    let digest = first.build_scratch(&image(one.path(), "program")).unwrap();
    let mut other = image(two.path(), "program");
    other.files.reverse();
    other.name = "localhost/other".to_owned();
    fs::set_permissions(&other.binary, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(second.build_scratch(&other).unwrap(), digest);
    assert_eq!(
        first.build_scratch(&image(one.path(), "program")).unwrap(),
        digest
    );
    assert_ne!(
        first.build_scratch(&image(one.path(), "changed")).unwrap(),
        digest
    );
    other.user = "0:0".to_owned();
    assert_ne!(second.build_scratch(&other).unwrap(), digest);
}

#[test]
fn an_image_says_what_it_was_built_with() {
    let (folder, store) = store();
    let digest = store.build_scratch(&image(folder.path(), "program")).unwrap();
    let config = store.config(&digest).unwrap();
    assert_eq!(config.entrypoint, ["/bin/orders"]);
    assert_eq!(config.args, ["serve"]);
    assert_eq!(config.env, [("RUST_LOG".to_owned(), "a=b".to_owned())]);
    assert_eq!(config.ids(), Some((65532, 65533)));
    assert_eq!(config.workdir, "/work");
    assert_eq!(config.labels["team"], "shop");
}

#[test]
fn the_newest_image_has_the_name_and_older_ones_stay() {
    let (folder, store) = store();
    assert_eq!(store.find("localhost/orders").unwrap(), None);
    let old = store.build_scratch(&image(folder.path(), "old")).unwrap();
    let new = store.build_scratch(&image(folder.path(), "new")).unwrap();
    assert_eq!(store.find("localhost/orders").unwrap(), Some(new.clone()));
    assert!(store.contains(&old).unwrap());
    // Built again, the old one is the newest.
    store.build_scratch(&image(folder.path(), "old")).unwrap();
    assert_eq!(store.find("localhost/orders").unwrap(), Some(old));
    assert!(store.contains(&new).unwrap());
}

#[test]
fn an_unpacked_root_has_the_files_and_their_permissions() {
    let (folder, store) = store();
    let digest = store.build_scratch(&image(folder.path(), "program")).unwrap();
    let root = store.unpack(&digest).unwrap();
    assert_eq!(fs::read(root.join("bin/orders")).unwrap(), b"program");
    assert_eq!(fs::read(root.join("etc/ssl/cert.pem")).unwrap(), b"certificate");
    let mode = |path: &str| fs::metadata(root.join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(
        [mode("bin/orders"), mode("etc"), mode("a")],
        [0o755, 0o755, 0o600]
    );
    assert_eq!(store.unpack(&digest).unwrap(), root, "and is unpacked once");
}

#[test]
fn a_changed_blob_is_refused_with_what_to_do() {
    let (folder, store) = store();
    let digest = store.build_scratch(&image(folder.path(), "program")).unwrap();
    for entry in fs::read_dir(store.folder().join("blobs/sha256")).unwrap() {
        let path = entry.unwrap().path();
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&path, &bad).unwrap();
        let error = store
            .unpack(&digest)
            .map(drop)
            .and_then(|()| store.config(&digest).map(drop))
            .unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert!(
            error
                .to_string()
                .contains("delete that file and build the image again"),
            "{error}"
        );
        fs::write(&path, good).unwrap();
        let _ = fs::remove_dir_all(store.folder().join("roots/sha256").join(digest.hex()));
    }
    assert!(store.unpack(&digest).is_ok());
    // Building again heals.
    let blob = store.folder().join("blobs/sha256").join(digest.hex());
    fs::write(&blob, "broken").unwrap();
    store.build_scratch(&image(folder.path(), "program")).unwrap();
    assert!(store.config(&digest).is_ok());
}

#[test]
fn an_image_that_is_not_here_is_missing() {
    let (_folder, store) = store();
    let digest: Digest = format!("sha256:{}", "0".repeat(64)).parse().unwrap();
    assert!(matches!(store.unpack(&digest), Err(StoreError::Missing { .. })));
    assert!(matches!(store.config(&digest), Err(StoreError::Missing { .. })));
    assert!(!store.contains(&digest).unwrap());
}

#[test]
fn prune_keeps_what_is_kept_and_what_it_needs() {
    let (folder, store) = store();
    let old = store.build_scratch(&image(folder.path(), "old")).unwrap();
    let new = store.build_scratch(&image(folder.path(), "new")).unwrap();
    store.unpack(&old).unwrap();
    assert_eq!(store.prune(&BTreeSet::from([new.clone()])).unwrap(), 1);
    assert!(!store.contains(&old).unwrap());
    assert!(matches!(store.unpack(&old), Err(StoreError::Missing { .. })));
    assert!(store.unpack(&new).is_ok());
    let blobs = fs::read_dir(store.folder().join("blobs/sha256")).unwrap().count();
    assert_eq!(blobs, 3, "manifest, configuration, layer");
}

#[test]
fn places_outside_of_an_image_are_refused() {
    let (folder, store) = store();
    for path in ["../etc/passwd", "/a/../../b", "", "/"] {
        let mut spec = image(folder.path(), "program");
        spec.files[0].path = path.to_owned();
        assert!(
            matches!(store.build_scratch(&spec), Err(StoreError::Spec { .. })),
            "{path}"
        );
    }
}

/// Several processes: this test starts itself again, and they unpack one image at the same time.
#[test]
fn processes_that_unpack_at_once_get_one_root() {
    if let Some(folder) = std::env::var_os("STORE_TO_UNPACK_FROM") {
        let store = Store::open(folder).unwrap();
        let digest = store.find("localhost/orders").unwrap().unwrap();
        let root = store.unpack(&digest).unwrap();
        assert_eq!(fs::metadata(root.join("bin/orders")).unwrap().len(), 8 << 20);
        return;
    }
    let (folder, store) = store();
    let contents = "12345678".repeat(1 << 20);
    let digest = store.build_scratch(&image(folder.path(), &contents)).unwrap();
    // As a process leaves it that was killed while it unpacked.
    let partial = store
        .folder()
        .join("roots/sha256")
        .join(digest.hex())
        .with_extension("partial");
    fs::create_dir_all(partial.join("bin/orders")).unwrap();
    let start = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "processes_that_unpack_at_once_get_one_root", "--quiet"])
            .env("STORE_TO_UNPACK_FROM", store.folder())
            .spawn()
            .unwrap()
    };
    let mut processes: Vec<_> = (0..4).map(|_| start()).collect();
    assert!(
        processes
            .iter_mut()
            .all(|process| process.wait().unwrap().success())
    );
    let roots = fs::read_dir(store.folder().join("roots/sha256")).unwrap().count();
    assert_eq!(roots, 1, "nothing is left beside it");
}
