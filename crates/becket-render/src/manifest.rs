//! `.becket/manifest`: which files of a repository render wrote, and what it wrote.
//!
//! A line per file, sorted by path: the blob id that Git gives the contents, two blanks, the path in the repository; so
//! that `git hash-object` and `git ls-tree` say the same. Lines that begin with `#` are comments.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha1::{Digest, Sha1};

/// The manifest's path in each repository.
pub const MANIFEST: &str = ".becket/manifest";

const HEAD: &str =
    "# What `becket render` wrote, with Git's blob ids: a file that has another is edited by hand.\n";

/// The id that Git gives a file of these contents: the SHA-1 of `blob <length>\0` and the contents.
pub fn blob_id(contents: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", contents.len()));
    hash.update(contents);
    hash.finalize()
        .iter()
        .fold(String::with_capacity(40), |mut id, byte| {
            let _ = write!(id, "{byte:02x}");
            id
        })
}

/// The manifest of these files.
pub(crate) fn write<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> String {
    let mut out = HEAD.to_owned();
    for (path, contents) in files {
        let _ = writeln!(out, "{}  {path}", blob_id(contents));
    }
    out
}

/// The blob ids by path; an error is the number of the line that cannot be read, from one.
pub(crate) fn read(text: &str) -> Result<BTreeMap<String, String>, usize> {
    let mut ids = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (id, path) = line.split_once("  ").ok_or(index + 1)?;
        if id.len() != 40 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) || path.is_empty() {
            return Err(index + 1);
        }
        ids.insert(path.to_owned(), id.to_owned());
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_gits() {
        // `printf 'hello\n' | git hash-object --stdin`
        assert_eq!(blob_id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(blob_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    }

    #[test]
    fn a_manifest_reads_back_as_it_was_written() {
        let files = [("a/b.yaml", &b"hello\n"[..]), ("c", b"")];
        let text = write(files.into_iter());
        let ids = read(&text).unwrap();
        assert_eq!(ids.keys().collect::<Vec<_>>(), ["a/b.yaml", "c"]);
        assert_eq!(ids["c"], blob_id(b""));
        assert_eq!(read("# x\nzz  a\n"), Err(2));
        assert_eq!(read("ce013625030ba8dba906f756967f9e9ca394464a a\n"), Err(1));
    }
}
