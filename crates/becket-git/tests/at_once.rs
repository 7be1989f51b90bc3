//! Many writers at once, and writers that are killed: nothing is lost and the repository is whole.
//!
//! The other processes are this test program again, asked for its ignored test `writer`.

#![expect(clippy::unwrap_used, reason = "it fails the test")]

mod judge;

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use becket_git::{CommitId, Next, Repository};
use becket_source::FileSet;
use judge::{Judge, author, time};

const COMMITS: usize = 50;

/// Counts up in a file that all share and leaves a file of its own, so that a lost update shows twice.
fn count(repository: &Repository, writer: &str, n: usize, files_at_once: usize) -> CommitId {
    let count = |files: &FileSet| {
        let mut files = files.clone();
        let so_far: usize = files
            .text("count")
            .map_or(0, |text| text.unwrap().parse().unwrap());
        files.insert_text("count", (so_far + 1).to_string());
        for file in 0..files_at_once {
            files.insert_text(format!("{writer}/{n}/{file}"), format!("{writer} {n} {file}"));
        }
        Ok::<_, Infallible>(Next {
            files,
            message: format!("{writer}: {n}"),
        })
    };
    repository
        .update(&author(), time(), count)
        .unwrap()
        .head()
        .unwrap()
}

fn writer_process(judge: &Judge, name: &str, commits: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--ignored", "--nocapture"])
        .env("BECKET_TEST_REPOSITORY", judge.bare())
        .env("BECKET_TEST_WRITER", name)
        .env("BECKET_TEST_COMMITS", commits.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "is the other process of the tests here"]
fn writer() {
    let (Ok(path), Ok(name), Ok(commits)) = (
        std::env::var("BECKET_TEST_REPOSITORY"),
        std::env::var("BECKET_TEST_WRITER"),
        std::env::var("BECKET_TEST_COMMITS"),
    ) else {
        return;
    };
    let repository = Repository::open(path).unwrap();
    for n in 0..commits.parse().unwrap() {
        // By turns a commit of single objects and one of a pack.
        let id = count(&repository, &name, n, if n % 2 == 0 { 3 } else { 100 });
        println!("committed {id}");
    }
}

#[test]
fn threads_and_processes_that_commit_at_once_lose_no_update() {
    let judge = Judge::new();
    judge.repository();
    let mut processes: Vec<Child> = ["p1", "p2"]
        .iter()
        .map(|name| writer_process(&judge, name, COMMITS))
        .collect();
    std::thread::scope(|scope| {
        for name in ["t1", "t2"] {
            let repository = judge.repository();
            scope.spawn(move || {
                for n in 0..COMMITS {
                    count(&repository, name, n, 1);
                }
            });
        }
    });
    for process in &mut processes {
        // Read to the end, so that no writer waits for a full pipe.
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().count();
        assert!(process.wait().unwrap().success(), "after {lines} lines");
    }
    let repository = judge.repository();
    let files = repository.files(repository.head().unwrap().unwrap()).unwrap();
    assert_eq!(files.text("count"), Some(Ok((4 * COMMITS).to_string().as_str())));
    for (writer, files_at_once) in [("t1", 1), ("t2", 1), ("p1", 103), ("p2", 103)] {
        let expected = if writer.starts_with('t') {
            COMMITS
        } else {
            COMMITS / 2 * files_at_once
        };
        assert_eq!(files.folder(writer).len(), expected, "{writer}");
    }
    assert_eq!(
        judge.git(&["rev-list", "--count", "--first-parent", "main"]),
        (4 * COMMITS).to_string()
    );
    judge.fsck();
}

#[test]
fn a_writer_killed_at_any_moment_leaves_the_repository_whole() {
    let judge = Judge::new();
    let repository = judge.repository();
    let mut told = 0;
    for round in 0..20 {
        let mut process = writer_process(&judge, &format!("w{round}"), 1000);
        let mut lines = BufReader::new(process.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut last = None;
        for _ in 0..=(round % 5) {
            last = lines
                .by_ref()
                .find_map(|line| Some(line.split_once("committed ")?.1.to_owned()));
            told += 1;
        }
        process.kill().unwrap();
        process.wait().unwrap();
        // What was said to be committed is there, and the next commit needs no help.
        judge.git(&["merge-base", "--is-ancestor", &last.unwrap(), "main"]);
        count(&repository, "after", round, 1);
        told += 1;
    }
    judge.fsck();
    let head = repository.head().unwrap().unwrap();
    let counted: usize = repository
        .files(head)
        .unwrap()
        .text("count")
        .unwrap()
        .unwrap()
        .parse()
        .unwrap();
    assert!(counted >= told, "{counted} of at least {told}");
    assert_eq!(judge.git(&["rev-list", "--count", "main"]), counted.to_string());
}

#[test]
fn pushes_between_commits_lose_nothing() {
    let judge = Judge::new();
    let repository = judge.repository();
    count(&repository, "first", 0, 1);
    let clone = judge.clone_of("work");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..COMMITS {
                count(&repository, "becket", n, 1);
            }
        });
        scope.spawn(|| {
            for n in 0..10 {
                clone.write(&format!("by-hand-{n}"), "x");
                clone.git(&["add", "."]);
                clone.git(&["commit", "-qm", "by hand"]);
                while !clone.try_git(&["push", "-q"]) {
                    clone.git(&["pull", "-q", "--rebase"]);
                }
            }
        });
    });
    let files = repository.files(repository.head().unwrap().unwrap()).unwrap();
    assert_eq!(files.folder("becket").len(), COMMITS);
    assert_eq!(
        files
            .iter()
            .filter(|(path, _)| path.starts_with("by-hand-"))
            .count(),
        10
    );
    judge.fsck();
}
