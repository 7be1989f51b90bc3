//! Small trees, one feature each, built here and by the real kustomize.
//!
//! `cases/<name>.tree` holds a tree: `-- <path> --` lines, each with a file's text below it; the first line may be
//! `build <folder>`. Beside it lies what the real one prints (`<name>.yaml`), or what is found here where both refuse
//! (`<name>.findings`). `BECKET_UPDATE=1 cargo test -p becket-kustomize` writes both anew, by the real one.

#![expect(clippy::unwrap_used, reason = "what tests call fails as tests do")]

mod real;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use becket_source::FileSet;

struct Case {
    name: String,
    folder: String,
    files: FileSet,
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn all() -> Vec<Case> {
    let mut found = vec![Case {
        name: "golden".to_owned(),
        folder: "apps/orders/overlays/qa".to_owned(),
        files: real::read_folder(&cases().join("golden")),
    }];
    for entry in std::fs::read_dir(cases()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "tree") {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let (folder, files) = real::tree(&text);
            found.push(Case { name, folder, files });
        }
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    assert!(found.len() > 1, "there are no cases");
    found
}

fn ours(case: &Case) -> Result<String, String> {
    becket_kustomize::build(&case.files, &case.folder)
        .map(|built| built.to_yaml())
        .map_err(|findings| {
            findings.iter().fold(String::new(), |mut text, finding| {
                let at = finding.place.span.map_or(String::new(), |span| {
                    let file = case
                        .files
                        .text(&finding.place.path)
                        .and_then(Result::ok)
                        .unwrap_or_default();
                    let place = becket_source::line_column(file, span.start);
                    format!(":{}:{}", place.line, place.column)
                });
                let _ = writeln!(
                    text,
                    "{}{at}: {} {}",
                    finding.place.path, finding.code, finding.message
                );
                for help in &finding.help {
                    let _ = writeln!(text, "  help: {help}");
                }
                text
            })
        })
}

#[test]
fn every_case_builds_to_what_is_stored() {
    let mut wrong = String::new();
    for case in all() {
        let (stored, built) = match ours(&case) {
            Ok(yaml) => ("yaml", yaml),
            Err(findings) => ("findings", findings),
        };
        let expected = std::fs::read_to_string(cases().join(format!("{}.{stored}", case.name)));
        if expected.as_deref().ok() != Some(&built) {
            let _ = writeln!(
                wrong,
                "=== {} ({stored})\n{}",
                case.name,
                difference(&expected.unwrap_or_default(), &built)
            );
        }
    }
    if std::env::var_os("BECKET_UPDATE").is_none() {
        assert!(wrong.is_empty(), "{wrong}");
    }
}

#[test]
fn the_real_one_agrees_on_every_case() {
    let Some(kustomize) = real::Kustomize::find() else {
        return;
    };
    let mut wrong = String::new();
    for case in all() {
        let theirs = kustomize.build(&case.files, &case.folder);
        let built = ours(&case);
        if std::env::var_os("BECKET_UPDATE").is_some() {
            let path = |extension| cases().join(format!("{}.{extension}", case.name));
            let _ = std::fs::remove_file(path("yaml"));
            let _ = std::fs::remove_file(path("findings"));
            match (&theirs, &built) {
                (Ok(yaml), _) => std::fs::write(path("yaml"), yaml).unwrap(),
                (Err(_), Err(findings)) => std::fs::write(path("findings"), findings).unwrap(),
                (Err(_), Ok(_)) => {}
            }
        }
        match (theirs, built) {
            (Ok(theirs), Ok(built)) if theirs == built => {}
            (Ok(theirs), Ok(built)) => {
                let _ = writeln!(wrong, "=== {}\n{}", case.name, difference(&theirs, &built));
            }
            (Err(_), Err(_)) => {}
            (Ok(_), Err(findings)) => {
                let _ = writeln!(wrong, "=== {}: refused here only\n{findings}", case.name);
            }
            (Err(error), Ok(built)) => {
                let _ = writeln!(
                    wrong,
                    "=== {}: refused by the real one only\n{error}\n{built}",
                    case.name
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The lines that differ, `-` expected and `+` found, by the longest common subsequence.
fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let mut common = vec![vec![0_usize; found.len() + 1]; expected.len() + 1];
    for left in (0..expected.len()).rev() {
        for right in (0..found.len()).rev() {
            common[left][right] = if expected[left] == found[right] {
                common[left + 1][right + 1] + 1
            } else {
                common[left + 1][right].max(common[left][right + 1])
            };
        }
    }
    let (mut left, mut right, mut text) = (0, 0, String::new());
    while left < expected.len() || right < found.len() {
        if left < expected.len() && right < found.len() && expected[left] == found[right] {
            left += 1;
            right += 1;
        } else if right == found.len()
            || (left < expected.len() && common[left + 1][right] >= common[left][right + 1])
        {
            let _ = writeln!(text, "{left}- {}", expected[left]);
            left += 1;
        } else {
            let _ = writeln!(text, "{left}+ {}", found[right]);
            right += 1;
        }
    }
    text
}
