//! Git reads the trailers that a step writes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "it fails the test")]
#![expect(clippy::print_stdout, reason = "says what was not judged")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use becket_release::{Digest, Message, Step};

/// What git takes for trailers; none where there is no git to ask.
fn judged(text: &str) -> Option<String> {
    let git = Command::new("git")
        .args(["interpret-trailers", "--parse"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut git = match git {
        Ok(git) => git,
        Err(error) if std::env::var_os("CI").is_none() => {
            println!("not judged: trailers of commits: git: {error}");
            return None;
        }
        Err(error) => panic!("git: {error}"),
    };
    git.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    Some(String::from_utf8(git.wait_with_output().unwrap().stdout).unwrap())
}

#[test]
fn git_reads_the_trailers_of_every_step() {
    let digest: Digest = format!("sha256:{}", "0a".repeat(32)).parse().unwrap();
    let (unit, stage) = ("orders".to_owned(), "qa".to_owned());
    let steps = [
        Step::First {
            releases: vec![
                (unit.clone(), digest.clone()),
                ("catalog".to_owned(), digest.clone()),
            ],
            stages: vec!["dev".to_owned(), "qa".to_owned()],
        },
        Step::Release {
            unit: unit.clone(),
            to: stage.clone(),
            digest: digest.clone(),
        },
        Step::Promote {
            unit: unit.clone(),
            from: "dev".to_owned(),
            to: stage.clone(),
            digest: Some(digest.clone()),
            approved_by: Some("Ann <ann@acme.example>".to_owned()),
        },
        Step::Rollback {
            unit: unit.clone(),
            stage: stage.clone(),
            digest: Some(digest),
            restored: Some("4b825dc".to_owned()),
            reason: "carts: lost\n\nBecket-Unit: catalog".to_owned(),
        },
        Step::Hold {
            unit: unit.clone(),
            stage: stage.clone(),
            reason: "load test".to_owned(),
            until: "2026-12-01".parse().ok(),
        },
        Step::Unhold {
            unit: unit.clone(),
            stage: stage.clone(),
        },
        Step::Remove { unit, stage },
    ];
    for step in steps {
        for changes in [vec![], vec!["config URL http://a → http://b".to_owned()]] {
            let text = Message {
                step: step.clone(),
                changes,
            }
            .text();
            let Some(judged) = judged(&text) else { return };
            let (_, written) = text.trim_end().rsplit_once("\n\n").unwrap();
            assert_eq!(judged.trim_end(), written, "{text}");
            assert_eq!(Message::parse(&text).unwrap().step.subject(), step.subject());
        }
    }
}
