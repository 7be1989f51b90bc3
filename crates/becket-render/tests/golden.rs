//! Whole rendered trees, frozen: of the reference platform, whose files of one service were written by hand before there
//! was a program, and of the smallest platform. `BECKET_BLESS=1` writes them anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

use std::path::{Path, PathBuf};

use becket_render::{Catalog, Rendered, diff, render};
use becket_source::FileSet;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn read(root: &Path) -> FileSet {
    fn walk(root: &Path, at: &Path, files: &mut FileSet) {
        for entry in std::fs::read_dir(at).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut files = FileSet::new();
    walk(root, root, &mut files);
    files
}

/// The reference platform, or that of an example.
fn rendered(platform: &str) -> Rendered {
    let path = match platform {
        "reference" => folder("platforms/reference.yaml"),
        example => folder("../../../examples").join(example).join("platform.yaml"),
    };
    let text = std::fs::read_to_string(path).unwrap();
    let parsed = becket_platform::parse("platform.yaml", &text);
    let platform = parsed
        .platform()
        .unwrap_or_else(|| panic!("{:#?}", parsed.errors()));
    let catalog = Catalog::embedded().unwrap_or_else(|findings| panic!("{findings:#?}"));
    render(platform, &catalog).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn check(platform: &str) {
    let root = folder("golden").join(platform);
    let rendered = rendered(platform).files;
    if std::env::var_os("BECKET_BLESS").is_some() {
        let _ = std::fs::remove_dir_all(&root);
        for (path, contents) in rendered.iter() {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, contents).unwrap();
        }
    }
    let difference = diff(&read(&root), &rendered);
    assert!(difference.is_empty(), "BECKET_BLESS=1 accepts:\n{difference}");
}

#[test]
fn the_reference_platform_renders_as_frozen() {
    check("reference");
}

#[test]
fn the_smallest_platform_renders_as_frozen() {
    check("minimal");
}

#[test]
fn the_reference_platform_renders_what_was_written_by_hand() {
    let rendered = rendered("reference").files;
    let mut by_hand = read(&folder("by-hand"));
    by_hand.remove("README.md");
    assert!(by_hand.len() > 8);
    let same: FileSet = by_hand
        .iter()
        .filter_map(|(path, _)| Some((path.to_owned(), rendered.get(path)?.clone())))
        .collect();
    let difference = diff(&by_hand, &same);
    assert!(difference.is_empty(), "{difference}");
}

#[test]
fn the_same_platform_renders_the_same_bytes() {
    assert_eq!(rendered("reference"), rendered("reference"));
}
