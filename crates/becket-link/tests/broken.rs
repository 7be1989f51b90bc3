//! Linking comes to an end, whatever is in the files.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test reads has to be there"
)]

mod tree;

use becket_link::link;
use becket_source::FileSet;
use proptest::prelude::*;

/// A cluster's roots with their modules, and Ansible.
fn infrastructure() -> FileSet {
    let rendered = tree::rendered();
    let wanted = ["iac/terraform/modules/", "iac/terraform/nonprod/", "iac/ansible/"];
    rendered
        .iter()
        .filter(|(path, _)| wanted.iter().any(|folder| path.starts_with(folder)))
        .map(|(path, contents)| (path.to_owned(), contents.clone()))
        .collect()
}

/// What happens to a line of a file.
#[derive(Debug, Clone)]
enum Blow {
    Delete,
    Double,
    Cut(usize),
    Put(String),
}

fn blow() -> impl Strategy<Value = Blow> {
    prop_oneof![
        Just(Blow::Delete),
        Just(Blow::Double),
        (0_usize..40).prop_map(Blow::Cut),
        "[ a-z.\"{}$=\\[\\]:/-]{0,12}|é: [ä, \"ö\"]".prop_map(Blow::Put),
    ]
}

fn strike(files: &mut FileSet, file: usize, line: usize, blow: &Blow) {
    let Some((path, Ok(text))) = files
        .iter()
        .nth(file % files.len())
        .map(|(path, contents)| (path.to_owned(), std::str::from_utf8(contents)))
    else {
        return;
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return;
    }
    let at = line % lines.len();
    match blow {
        Blow::Delete => {
            lines.remove(at);
        }
        Blow::Double => lines.insert(at, lines[at].clone()),
        Blow::Cut(end) => lines[at] = lines[at].chars().take(*end).collect(),
        Blow::Put(text) => lines.insert(at, text.clone()),
    }
    files.insert_text(path, lines.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn files_that_are_broken_anyhow_are_linked(
        blows in prop::collection::vec((any::<usize>(), any::<usize>(), blow()), 1..60)
    ) {
        let mut files = infrastructure();
        for (file, line, blow) in &blows {
            strike(&mut files, *file, *line, blow);
        }
        for finding in link(&files).findings {
            prop_assert!(files.contains(&finding.place.path), "{finding:?}");
        }
    }
}
