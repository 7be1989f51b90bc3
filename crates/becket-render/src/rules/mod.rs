//! The rules of rendering and ownership: one file each, with code, level and documentation; this is the table of them.

use becket_source::Rule;

macro_rules! rules {
    ($($file:ident $name:ident),* $(,)?) => {
        $(mod $file;)*
        $(pub(crate) use $file::RULE as $name;)*

        static RULES: &[&Rule] = &[$(&$file::RULE),*];

        #[cfg(test)]
        const FILES: &[&str] = &[$(stringify!($file)),*];
    };
}

rules! {
    edited EDITED,
    in_the_way IN_THE_WAY,
    catalog CATALOG,
    example EXAMPLE,
    manifest MANIFEST,
    stale STALE,
}

/// The rules, by code.
pub fn rules() -> &'static [&'static Rule] {
    RULES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_sorted_and_documented() {
        let codes: Vec<_> = RULES.iter().map(|rule| rule.code).collect();
        assert!(codes.is_sorted() && codes.iter().all(|code| code.starts_with("BK01")));
        for rule in RULES {
            let headings: Vec<_> = rule
                .documentation
                .lines()
                .filter(|line| line.starts_with("## "))
                .collect();
            assert_eq!(
                headings,
                ["## What", "## Why", "## What to do", "## Example"],
                "{}",
                rule.code
            );
        }
    }

    #[test]
    fn every_rule_file_is_in_the_table() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                entry
                    .unwrap()
                    .path()
                    .file_stem()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| name != "mod")
            .collect();
        files.sort();
        let mut table: Vec<_> = FILES.to_vec();
        table.sort_unstable();
        assert_eq!(files, table);
    }
}
