//! The reference platform as it is rendered, for tests that put real tools before it.

use std::fs;
use std::path::Path;

use becket_source::FileSet;

/// A CDN before the frontend.
#[allow(dead_code, reason = "each test uses a part of this")]
pub const CDN: (&str, &str) = ("    host: www ", "    cdn: true\n    host: www ");

/// What is rendered for it with these `capabilities`, as YAML in one line, and with `edit`, what is replaced by what.
pub fn rendered(capabilities: &str, edit: Option<(&str, &str)>) -> FileSet {
    let platform = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront/platform.yaml");
    let mut text = fs::read_to_string(platform).unwrap();
    let capabilities = format!("capabilities: {capabilities}");
    for (from, to) in std::iter::once(("capabilities: {}", capabilities.as_str())).chain(edit) {
        assert!(text.contains(from), "{from} is not in the reference platform");
        text = text.replace(from, to);
    }
    let parsed = becket_platform::parse("platform.yaml", &text);
    let catalog = becket_render::Catalog::embedded().unwrap();
    becket_render::render(parsed.platform().unwrap(), &catalog)
        .unwrap()
        .files
}

/// Its files below `folder` as files below `at`.
#[allow(dead_code, reason = "each test uses a part of this")]
pub fn write(files: &FileSet, folder: &str, at: &Path) {
    for (path, contents) in files.under(folder) {
        let file = at.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, contents).unwrap();
    }
}
