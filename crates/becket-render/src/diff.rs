//! What would change, as a unified diff. Files that are no text are named, not shown.

use std::fmt::Write as _;

use becket_source::FileSet;
use similar::TextDiff;

/// The unified diff from `before` to `after`, by path, as `git diff` shows it; empty where nothing differs.
pub fn diff(before: &FileSet, after: &FileSet) -> String {
    let mut out = String::new();
    for path in before.changes(after).into_keys() {
        let header = |side: &FileSet, name: &str| {
            if side.contains(path) {
                format!("{name}/{path}")
            } else {
                "/dev/null".to_owned()
            }
        };
        let (old_header, new_header) = (header(before, "a"), header(after, "b"));
        let (Ok(old), Ok(new)) = (
            before.text(path).unwrap_or(Ok("")),
            after.text(path).unwrap_or(Ok("")),
        ) else {
            let _ = writeln!(out, "Binary files {old_header} and {new_header} differ");
            continue;
        };
        if old == new {
            let _ = writeln!(out, "--- {old_header}\n+++ {new_header}");
            continue;
        }
        let lines = TextDiff::from_lines(old, new);
        let _ = write!(
            out,
            "{}",
            lines
                .unified_diff()
                .context_radius(3)
                .header(&old_header, &new_header)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shown_by_path() {
        let set = |files: &[(&str, &[u8])]| {
            files
                .iter()
                .map(|(path, bytes)| (*path, *bytes))
                .collect::<FileSet>()
        };
        let before = set(&[
            ("a", b"1\n2\n"),
            ("gone", b"x\n"),
            ("same", b"s\n"),
            ("z", b"\xff"),
        ]);
        let after = set(&[
            ("a", b"1\n3\n"),
            ("new", b"y\n"),
            ("same", b"s\n"),
            ("z", b"\xfe"),
        ]);
        insta::assert_snapshot!(diff(&before, &after), @r"
        --- a/a
        +++ b/a
        @@ -1,2 +1,2 @@
         1
        -2
        +3
        --- a/gone
        +++ /dev/null
        @@ -1 +0,0 @@
        -x
        --- /dev/null
        +++ b/new
        @@ -0,0 +1 @@
        +y
        Binary files a/z and b/z differ
        ");
    }
}
