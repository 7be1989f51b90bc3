//! New heads are seen, whoever makes them.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "it fails the test")]

mod judge;

use std::time::Duration;

use becket_git::{CommitId, Watch};
use judge::Judge;

/// The next head that is reported.
fn next(watch: &Watch, act: impl FnOnce()) -> Option<CommitId> {
    let mut heads = watch.heads();
    heads.mark_unchanged();
    act();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(10), heads.changed())
            .await
            .expect("a new head is reported")
            .unwrap();
    });
    *heads.borrow_and_update()
}

#[test]
fn the_first_value_is_the_head_as_it_is() {
    let judge = Judge::new();
    let repository = judge.repository();
    assert_eq!(*repository.watch().unwrap().heads().borrow(), None);
    let head = judge.put(&repository, &[("a", "1")]);
    assert_eq!(*repository.watch().unwrap().heads().borrow(), Some(head));
}

#[test]
fn a_commit_by_another_handle_is_seen() {
    let judge = Judge::new();
    let watch = judge.repository().watch().unwrap();
    let other = judge.repository();
    let mut made = None;
    for text in ["1", "2"] {
        let seen = next(&watch, || made = Some(judge.put(&other, &[("a", text)])));
        assert_eq!(seen, made);
    }
}

#[test]
fn a_push_by_git_is_seen_before_and_after_the_refs_are_packed() {
    let judge = Judge::new();
    let repository = judge.repository();
    judge.put(&repository, &[("a", "1")]);
    let clone = judge.clone_of("work");
    let watch = repository.watch().unwrap();
    let mut pushed = None;
    assert_eq!(next(&watch, || pushed = Some(clone.push("b", "1"))), pushed);
    judge.git(&["pack-refs", "--all"]);
    assert_eq!(*watch.heads().borrow(), pushed);
    assert_eq!(next(&watch, || pushed = Some(clone.push("b", "2"))), pushed);
    // Back to an earlier commit, as by a forced push.
    let first = judge.git(&["rev-parse", "main~1"]);
    let back = next(&watch, || {
        judge.git(&["update-ref", "refs/heads/main", &first]);
    });
    assert_eq!(back, Some(first.parse().unwrap()));
}

#[test]
fn a_head_that_goes_and_comes_in_the_packed_refs_alone_is_seen() {
    let judge = Judge::new();
    let repository = judge.repository();
    let head = judge.put(&repository, &[("a", "1")]);
    let watch = repository.watch().unwrap();
    judge.git(&["pack-refs", "--all"]);
    let packed = judge.bare().join("packed-refs");
    let text = std::fs::read(&packed).unwrap();
    let gone = next(&watch, || {
        judge.git(&["update-ref", "-d", "refs/heads/main"]);
    });
    assert_eq!(gone, None);
    let back = next(&watch, || {
        let new = judge.bare().join("packed-refs.new");
        std::fs::write(&new, &text).unwrap();
        std::fs::rename(&new, &packed).unwrap();
    });
    assert_eq!(back, Some(head));
}
