//! Outputs that are read outside of Terraform: `terraform.Output(t, options, "vpc_id")` in a test in Go, and
//! `terraform output -raw vpc_id` in a script or a workflow.
//!
//! Which root is asked is known where `-chdir` names it; else any module with such an output will do.

use std::collections::BTreeMap;

use becket_source::{FileSet, Span};

use super::module::{self, Module};
use crate::symbol::{By, Kind, Place, Symbol, Use};

/// The home of an output that any module may have.
pub(super) const ANY: &str = "any module";

/// Adds what scripts, workflows and tests take of outputs.
pub(super) fn collect<'a>(
    files: &'a FileSet,
    modules: &BTreeMap<&'a str, Module<'a>>,
    uses: &mut Vec<Use<'a>>,
) {
    for (path, contents) in files.iter() {
        let name = path.rsplit('/').next().unwrap_or(path);
        let read: fn(&str) -> Vec<Asked> = match name.rsplit('.').next() {
            Some("go") => of_tests,
            Some("sh" | "bash" | "yml" | "yaml" | "mk") => of_commands,
            _ if matches!(name, "Makefile" | "justfile" | "Justfile") => of_commands,
            _ => continue,
        };
        let Ok(text) = std::str::from_utf8(contents) else {
            continue;
        };
        if !text.contains(" output ") && !text.contains(".Output") {
            continue;
        }
        for asked in read(text) {
            let home = match asked.root {
                Some(root) => module::at_path(modules, root),
                None => Some(ANY),
            };
            // A root that is none of these was copied there.
            let Some(home) = home else { continue };
            let name = &text[asked.name.start..asked.name.end];
            let place = Place {
                path,
                span: asked.name,
            };
            uses.push(Use {
                symbol: Symbol::whole(Kind::Output, home, name),
                by: By::Elsewhere,
                place,
            });
        }
    }
}

/// An output that is asked for.
struct Asked<'t> {
    root: Option<&'t str>,
    name: Span,
}

/// The outputs that calls of Terratest name as constants.
fn of_tests(text: &str) -> Vec<Asked<'_>> {
    let calls = text.match_indices("terraform.Output");
    calls
        .filter_map(|(at, call)| {
            let open = at + call.len() + text[at + call.len()..].find('(')?;
            let function = &text[at + call.len()..open];
            if !function.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return None;
            }
            let arguments = &text[open..open + text[open..].find(')')?];
            let begin = arguments.find('"')? + 1;
            let end = begin + arguments[begin..].find('"')?;
            // The third argument is a constant as a whole.
            let whole =
                arguments[..begin].matches(',').count() == 2 && arguments[end + 1..].trim().is_empty();
            (whole && is_name(&arguments[begin..end])).then_some(Asked {
                root: None,
                name: Span::new(open + begin, open + end),
            })
        })
        .collect()
}

/// The outputs that commands name.
fn of_commands(text: &str) -> Vec<Asked<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or(line);
        for tool in ["terraform ", "tofu "] {
            for (at, _) in code.match_indices(tool).filter(|(at, _)| begins(&code[..*at])) {
                let words = words(text, start + at + tool.len(), start + code.len());
                found.extend(command(text, words));
            }
        }
        start += line.len();
    }
    found
}

/// Whether a command may begin behind `before`, in its line: in a sentence, the tool's name stands behind other words.
fn begins(before: &str) -> bool {
    let last = before.split_whitespace().next_back().unwrap_or_default();
    let word = [
        "", "-", "run:", "if", "then", "else", "do", "exec", "sudo", "time",
    ];
    word.contains(&last) || last.contains('=') || last.ends_with(['(', '{', '`', '|', '&', ';', '!', '@'])
}

/// The words of a part of a text, with their places.
fn words(text: &str, from: usize, to: usize) -> impl Iterator<Item = Span> {
    let mut at = from;
    text[from..to]
        .split(|letter: char| letter.is_ascii_whitespace())
        .filter_map(move |word| {
            let span = Span::new(at, at + word.len());
            at = span.end + 1;
            (!word.is_empty()).then_some(span)
        })
}

/// The output that the words behind a command's name ask for.
fn command(text: &str, mut words: impl Iterator<Item = Span>) -> Option<Asked<'_>> {
    let mut root = None;
    loop {
        let span = words.next()?;
        let word = &text[span.start..span.end];
        if let Some(folder) = word.strip_prefix("-chdir=") {
            root = Some(folder.trim_matches(['"', '\'']));
        } else if word == "output" {
            break;
        } else if !word.starts_with('-') {
            return None;
        }
    }
    loop {
        let span = words.next()?;
        let word = &text[span.start..span.end];
        match word {
            "-raw" | "-json" | "-no-color" | "--raw" | "--json" => continue,
            // With a state of its own, it is another root's.
            option if option.starts_with('-') => return None,
            _ => {}
        }
        let name = word.trim_end_matches([')', '"', '\'', ';', '`', ',']);
        // It takes one name: what a further word stands behind is a sentence.
        let next = words.next().map(|span| &text[span.start..span.end]);
        if name == word && next.is_some_and(is_name) {
            return None;
        }
        return is_name(name).then_some(Asked {
            root: root.filter(|root| is_path(root)),
            name: Span::new(span.start, span.start + name.len()),
        });
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn is_path(text: &str) -> bool {
    !matches!(text, "" | ".")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
}
