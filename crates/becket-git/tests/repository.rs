//! Repositories as callers use them, with the real git as judge of what lies on the disk.

mod judge;

use becket_git::{Committed, Edits, Error, Next, Repository, UpdateError};
use becket_source::{Change, FileSet};
use judge::{Judge, author, commit, files, time};

#[test]
fn a_new_repository_is_bare_on_main_and_without_a_head() {
    let judge = Judge::new();
    let repository = judge.repository();
    assert_eq!(repository.head().unwrap(), None);
    assert_eq!(judge.git(&["symbolic-ref", "HEAD"]), "refs/heads/main");
    assert_eq!(judge.git(&["rev-parse", "--is-bare-repository"]), "true");
    let beside = std::fs::read_dir(judge.path()).unwrap().count();
    assert_eq!(beside, 1, "nothing is left beside it");
    assert_eq!(
        Repository::open_or_init(repository.path())
            .unwrap()
            .head()
            .unwrap(),
        None
    );
}

#[test]
fn what_is_committed_is_read_back_and_git_agrees() {
    let judge = Judge::new();
    let repository = judge.repository();
    let set = files(&[
        ("apps/a/x", "1"),
        ("apps/a-b/x", "2"),
        ("apps/a/b/x", "3"),
        ("README", "4"),
    ]);
    let edits = repository.edits_to(None, &set).unwrap();
    let Committed::New(head) = repository.commit(None, &edits, &commit("all: first")).unwrap() else {
        panic!("a commit was to be made");
    };
    assert_eq!(repository.files(head).unwrap(), set);
    assert_eq!(repository.folder(head, "apps/a").unwrap(), set.folder("apps/a"));
    assert_eq!(repository.folder(head, "apps/none").unwrap(), FileSet::new());
    assert_eq!(judge.git(&["show", "main:apps/a/b/x"]), "3");
    assert_eq!(
        judge.git(&["log", "-1", "--format=%an <%ae> %at %s"]),
        "Ann <ann@acme.example> 1700000000 all: first"
    );
    judge.fsck();
}

#[test]
fn a_tree_reads_single_paths_and_its_ids_tell_what_changed() {
    let judge = Judge::new();
    let repository = judge.repository();
    let first = judge.put(&repository, &[("apps/a/x", "1"), ("apps/b/x", "1"), ("top", "0")]);
    let second = judge.put(&repository, &[("apps/b/x", "2")]);
    let (before, after) = (repository.tree(first).unwrap(), repository.tree(second).unwrap());
    assert_eq!(after.read("apps/b/x").unwrap().as_deref(), Some(b"2".as_slice()));
    assert_eq!(after.read("apps/b").unwrap(), None);
    assert_eq!(after.read("apps/b/x/y").unwrap(), None);
    assert!(after.has_folder("apps/b").unwrap() && after.has_folder("").unwrap());
    assert!(!after.has_folder("apps/b/x").unwrap() && !after.has_folder("apps/c").unwrap());
    assert_eq!(after.list("apps").unwrap(), ["apps/a/x", "apps/b/x"]);
    assert_eq!(after.list("").unwrap(), ["apps/a/x", "apps/b/x", "top"]);
    assert_eq!(after.names("apps").unwrap(), ["a", "b"]);
    assert_eq!(before.id_of("apps/a").unwrap(), after.id_of("apps/a").unwrap());
    assert_ne!(before.id_of("apps/b").unwrap(), after.id_of("apps/b").unwrap());
    assert_eq!(after.id_of("apps/c").unwrap(), None);
    let changes = repository.changes(Some(first), second).unwrap();
    assert_eq!(changes, [("apps/b/x".to_owned(), Change::Modified)]);
}

#[test]
fn edits_leave_what_they_do_not_name_alone() {
    let judge = Judge::new();
    let repository = judge.repository();
    judge.put(&repository, &[("a", "1")]);
    let clone = judge.clone_of("work");
    clone.write("run.sh", "#!/bin/sh\n");
    clone.git(&["update-index", "--add", "--chmod=+x", "run.sh"]);
    std::os::unix::fs::symlink("a", clone.path().join("link")).unwrap();
    clone.git(&["add", "link"]);
    clone.git(&["commit", "-qm", "bits"]);
    clone.git(&["push", "-q"]);
    let mode = |path: &str| judge.git(&["ls-tree", "main", path])[..6].to_owned();
    repository
        .update(&author(), time(), |files| {
            let mut files = files.clone();
            assert!(!files.contains("link"));
            files.insert_text("run.sh", "#!/bin/sh\ntrue\n");
            Ok::<_, std::convert::Infallible>(Next {
                files,
                message: "run: true".to_owned(),
            })
        })
        .unwrap();
    assert_eq!(
        (mode("run.sh"), mode("link")),
        ("100755".to_owned(), "120000".to_owned())
    );
    judge.fsck();
}

#[test]
fn a_folder_goes_with_its_last_file_and_a_file_makes_way_for_a_folder() {
    let judge = Judge::new();
    let repository = judge.repository();
    let head = judge.put(&repository, &[("a/b/c", "1"), ("d", "1")]);
    let mut edits = Edits::new();
    edits.remove("a/b/c");
    edits.remove("d");
    edits.put("d/e", b"2".as_slice());
    edits.remove("not/there");
    let head = repository
        .commit(Some(head), &edits, &commit("move"))
        .unwrap()
        .head()
        .unwrap();
    assert_eq!(repository.files(head).unwrap(), files(&[("d/e", "2")]));
    assert_eq!(
        judge.git(&["ls-tree", "-r", "-t", "--name-only", "main"]),
        "d\nd/e"
    );
    let mut edits = Edits::new();
    edits.remove("d/e");
    let head = repository
        .commit(Some(head), &edits, &commit("empty"))
        .unwrap()
        .head()
        .unwrap();
    assert_eq!(repository.files(head).unwrap(), FileSet::new());
    judge.fsck();
}

#[test]
fn a_path_that_git_cannot_hold_is_refused_by_name() {
    let judge = Judge::new();
    let repository = judge.repository();
    for path in [".git/config", "a/../b", "a//b", "/a", "a/", "."] {
        let mut edits = Edits::new();
        edits.put(path, b"".as_slice());
        let error = repository.commit(None, &edits, &commit("bad")).unwrap_err();
        assert!(
            matches!(&error, Error::InvalidPath { path: named, .. } if named == path),
            "{path}: {error}"
        );
    }
    let mut edits = Edits::new();
    edits.put("a", b"".as_slice());
    edits.put("a/b", b"".as_slice());
    let error = repository.commit(None, &edits, &commit("bad")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`a` cannot be committed: it would be a file and a folder at once"
    );
    assert_eq!(repository.head().unwrap(), None);
}

#[test]
fn no_commit_is_made_of_nothing() {
    let judge = Judge::new();
    let repository = judge.repository();
    assert_eq!(
        repository.commit(None, &Edits::new(), &commit("x")).unwrap(),
        Committed::Unchanged(None)
    );
    let head = judge.put(&repository, &[("a", "1")]);
    let mut edits = Edits::new();
    edits.put("a", b"1".as_slice());
    assert_eq!(
        repository.commit(Some(head), &edits, &commit("x")).unwrap(),
        Committed::Unchanged(Some(head))
    );
    assert_eq!(judge.git(&["rev-list", "--count", "main"]), "1");
}

#[test]
fn a_commit_on_an_old_head_is_refused_and_an_update_tries_again() {
    let judge = Judge::new();
    let repository = judge.repository();
    let first = judge.put(&repository, &[("a", "1")]);
    let clone = judge.clone_of("work");
    let mut pushed = false;
    repository
        .update(&author(), time(), |files| {
            if !pushed {
                clone.write("pushed", "by hand");
                clone.git(&["add", "."]);
                clone.git(&["commit", "-qm", "by hand"]);
                clone.git(&["push", "-q"]);
            }
            let seen = files.contains("pushed");
            assert_eq!(seen, pushed, "the function runs again on the new head");
            pushed = true;
            let mut files = files.clone();
            files.insert_text("b", "2");
            Ok::<_, std::convert::Infallible>(Next {
                files,
                message: "b: two".to_owned(),
            })
        })
        .unwrap();
    let head = repository.head().unwrap().unwrap();
    assert_eq!(
        repository.files(head).unwrap(),
        files(&[("a", "1"), ("b", "2"), ("pushed", "by hand")])
    );
    let mut edits = Edits::new();
    edits.put("c", b"3".as_slice());
    let error = repository
        .commit(Some(first), &edits, &commit("late"))
        .unwrap_err();
    assert!(
        matches!(error, Error::Moved { expected, found } if expected == Some(first) && found == Some(head))
    );
    judge.fsck();
}

#[test]
fn a_refusal_of_the_function_comes_through_and_commits_nothing() {
    let judge = Judge::new();
    let repository = judge.repository();
    let refused = repository.update(&author(), time(), |_| Err("held"));
    assert!(matches!(refused, Err(UpdateError::Refused("held"))));
    assert_eq!(repository.head().unwrap(), None);
}

#[test]
fn thousands_of_files_go_into_one_pack() {
    let judge = Judge::new();
    let repository = judge.repository();
    let set: FileSet = (0..3000)
        .map(|n| {
            (
                format!("apps/s{}/f{n}", n / 10),
                format!("content of {n}\n").into_bytes(),
            )
        })
        .collect();
    let edits = repository.edits_to(None, &set).unwrap();
    let head = repository
        .commit(None, &edits, &commit("many"))
        .unwrap()
        .head()
        .unwrap();
    assert_eq!(repository.files(head).unwrap(), set);
    assert_eq!(judge.count("objects/pack", "pack"), 1);
    judge.fsck();
    // A second one builds on the pack.
    let mut next = set.clone();
    for n in 0..100 {
        next.insert_text(format!("apps/s1/g{n}"), "1");
    }
    let edits = repository.edits_to(Some(head), &next).unwrap();
    let head = repository
        .commit(Some(head), &edits, &commit("more"))
        .unwrap()
        .head()
        .unwrap();
    assert_eq!(repository.files(head).unwrap(), next);
    judge.git(&["gc", "-q", "--prune=now"]);
    assert_eq!(
        repository.files(head).unwrap(),
        next,
        "a handle that was open reads on after a gc"
    );
    judge.fsck();
}

#[test]
fn the_log_follows_only_commits_that_changed_a_path() {
    let judge = Judge::new();
    let repository = judge.repository();
    let first = judge.put(&repository, &[("apps/a/x", "1"), ("apps/b/x", "1")]);
    judge.put(&repository, &[("apps/b/x", "2")]);
    let third = judge.put(&repository, &[("apps/a/x", "3"), ("apps/b/x", "3")]);
    let log = repository.log(&["apps/a"], 10).unwrap();
    assert_eq!(
        log.iter().map(|commit| commit.id).collect::<Vec<_>>(),
        [third, first]
    );
    assert_eq!(log[0].changes, [("apps/a/x".to_owned(), Change::Modified)]);
    assert_eq!(log[0].trailers, [("Becket-Unit".to_owned(), "a".to_owned())]);
    assert_eq!(log[0].author.name, "Ann");
    assert_eq!(
        log[0].ids,
        [repository.tree(third).unwrap().id_of("apps/a").unwrap()]
    );
    assert_eq!(log[1].parent, None);
    assert_eq!(repository.log(&[], 10).unwrap().len(), 3);
    assert_eq!(repository.log(&["apps/b"], 1).unwrap().len(), 1);
    assert_eq!(repository.log(&["apps/none"], 10).unwrap(), []);
}

#[test]
fn an_unknown_commit_and_a_folder_that_is_no_repository_are_said() {
    let judge = Judge::new();
    let repository = judge.repository();
    let unknown = "1111111111111111111111111111111111111111".parse().unwrap();
    assert!(matches!(repository.files(unknown), Err(Error::NoCommit { id }) if id == unknown));
    let error = Repository::open(judge.path().join("nowhere")).unwrap_err();
    assert!(
        error.to_string().ends_with("there is no repository there"),
        "{error}"
    );
}

#[test]
fn a_merge_is_told_only_where_it_decided_something() {
    let judge = Judge::new();
    let repository = judge.repository();
    judge.put(&repository, &[("a", "1"), ("b", "1")]);
    let clone = judge.clone_of("work");
    clone.git(&["checkout", "-qb", "side"]);
    clone.write("a", "side");
    clone.git(&["commit", "-qam", "a on the side"]);
    clone.git(&["checkout", "-q", "main"]);
    clone.write("b", "main");
    clone.git(&["commit", "-qam", "b on main"]);
    clone.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    clone.git(&["push", "-q", "origin", "main"]);
    let told = |path: &str| -> Vec<String> {
        let log = repository.log(&[path], 10).unwrap();
        log.iter()
            .map(|commit| commit.message.lines().next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(told("a"), ["a on the side", "put: files"]);
    assert_eq!(told("b"), ["b on main", "put: files"]);
}

#[test]
fn a_folder_with_other_files_is_not_made_a_repository_and_an_empty_one_is() {
    let judge = Judge::new();
    let (full, empty) = (judge.path().join("full"), judge.path().join("a/empty"));
    std::fs::create_dir_all(&empty).unwrap();
    std::fs::create_dir(&full).unwrap();
    std::fs::write(full.join("notes"), "mine").unwrap();
    assert_eq!(Repository::open_or_init(&empty).unwrap().head().unwrap(), None);
    let error = Repository::open_or_init(&full).unwrap_err().to_string();
    assert!(
        error.contains("it cannot be made: Directory not empty"),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(&full).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(judge.path()).unwrap().count(), 2);
}

#[test]
fn all_who_make_a_repository_at_once_open_the_same_one() {
    let judge = Judge::new();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let judge = &judge;
            scope.spawn(move || judge.put(&judge.repository(), &[(&format!("f{n}"), "1")]));
        }
    });
    let repository = judge.repository();
    let head = repository.head().unwrap().unwrap();
    assert_eq!(repository.files(head).unwrap().len(), 8);
    assert_eq!(std::fs::read_dir(judge.path()).unwrap().count(), 1);
}
