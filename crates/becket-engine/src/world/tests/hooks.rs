//! When hooks are made, and when they are deleted.

use super::*;

#[test]
fn a_hook_that_is_to_go_when_it_has_succeeded_goes() {
    let mut lab = Lab::new();
    lab.play("m", Play::Ends(0));
    lab.secrets.insert(
        "orders-database".to_owned(),
        BTreeMap::from([("url".to_owned(), "x".to_owned())]),
    );
    let mut hook = migration("m");
    hook["metadata"]["annotations"]["argocd.argoproj.io/hook-delete-policy"] = "HookSucceeded".into();
    lab.commit("1", &[deployment("one", 1), service(), hook]);
    assert_eq!(lab.log, ["start m", "start one"]);
    assert!(lab.app().resources.iter().all(|one| one.kind != "Job"));
    assert_eq!(lab.state(), (Sync::Synced, Health::Healthy));
}

/// A lab where the migration `bad` fails, and a migration with this policy; with none, when it is empty.
fn migrating(policy: &str) -> (Lab, impl Fn(&str) -> Value) {
    let mut lab = Lab::new();
    let database = BTreeMap::from([("url".to_owned(), "x".to_owned())]);
    lab.secrets.insert("orders-database".to_owned(), database);
    lab.play("bad", Play::Ends(1));
    lab.play("m", Play::Ends(0));
    let policy = policy.to_owned();
    let hook = move |image: &str| {
        let mut hook = migration(image);
        let annotations = hook["metadata"]["annotations"].as_object_mut().unwrap();
        annotations.remove("argocd.argoproj.io/hook-delete-policy");
        if !policy.is_empty() {
            annotations.insert(
                "argocd.argoproj.io/hook-delete-policy".to_owned(),
                policy.clone().into(),
            );
        }
        hook
    };
    (lab, hook)
}

#[test]
fn a_hook_that_is_to_go_when_it_has_failed_goes_and_the_others_stay() {
    let cases = [
        ("HookFailed", false),
        ("HookSucceeded", true),
        ("HookSucceeded,HookFailed", false),
        ("", true),
    ];
    for (policy, stays) in cases {
        let (mut lab, hook) = migrating(policy);
        lab.commit("1", &[deployment("one", 1), service(), hook("bad")]);
        lab.run(SECOND);
        assert_eq!(lab.app().operation.unwrap().phase, "Failed", "{policy}");
        let there = lab
            .world
            .objects
            .get(&key("batch", "Job", "orders-migration"))
            .is_some();
        assert_eq!(there, stays, "{policy}");
    }
}

#[test]
fn only_a_hook_that_is_to_go_before_it_is_made_is_made_again() {
    for (policy, starts) in [("", 3), ("BeforeHookCreation", 3), ("HookFailed", 1)] {
        let (mut lab, hook) = migrating(policy);
        for (revision, image) in [("1", "one"), ("2", "two"), ("3", "three")] {
            lab.commit(revision, &[deployment(image, 1), service(), hook("m")]);
            assert_eq!(lab.serving(), [image], "{policy}");
        }
        let started = lab.log.iter().filter(|line| *line == "start m").count();
        assert_eq!(started, starts, "{policy}");
    }
    let (mut lab, hook) = migrating("HookFailed");
    lab.commit("1", &[config("a"), hook("m")]);
    lab.commit("2", &[config("b"), hook("other")]);
    let message = lab.app().operation.unwrap().message;
    assert!(
        message.contains("Job orders-migration: spec.template: field is immutable"),
        "{message}"
    );
}
