//! Where files come from, and how paths in kustomization files are resolved. No disk is known here.

use std::sync::Arc;

use becket_source::FileSet;

/// The names that a kustomization file may have.
pub const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The files that a build may read, by path with `/` between segments, relative to one root.
///
/// A build asks for what it needs and nothing else, so that one overlay of a large repository reads its own files only.
pub trait Files {
    /// The contents of the file at `path`.
    fn read(&self, path: &str) -> Option<Arc<[u8]>>;

    /// Whether any file lies below `path`. The empty path is the root.
    fn has_folder(&self, path: &str) -> bool;
}

impl Files for FileSet {
    fn read(&self, path: &str) -> Option<Arc<[u8]>> {
        self.get(path).cloned()
    }

    fn has_folder(&self, path: &str) -> bool {
        FileSet::has_folder(self, path)
    }
}

/// The path from the root that an entry of a kustomization file in `folder` names as `relative`; none where it leads above the
/// root.
pub fn join(folder: &str, relative: &str) -> Option<String> {
    let mut segments: Vec<&str> = folder.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in relative.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}

/// Whether `path` is `folder` or lies below it.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `path` as it would be written in a file in `folder`, for remedies.
pub(crate) fn relative(folder: &str, path: &str) -> String {
    let mut from: Vec<&str> = folder.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut to: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    while let (Some(a), Some(b)) = (from.first(), to.first()) {
        if a != b {
            break;
        }
        from.remove(0);
        to.remove(0);
    }
    let mut segments = vec![".."; from.len()];
    segments.extend(to);
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_from_their_folder() {
        assert_eq!(join("a/b", "../c/./d.yaml").as_deref(), Some("a/c/d.yaml"));
        assert_eq!(join("a", "..").as_deref(), Some(""));
        assert_eq!(join("a", "../.."), None);
        assert!(is_within("a/b", "a") && is_within("a", "a") && !is_within("ab", "a") && is_within("x", ""));
        assert_eq!(relative("a/b/c", "a/d/e"), "../../d/e");
    }
}
