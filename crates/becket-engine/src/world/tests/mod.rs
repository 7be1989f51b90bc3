//! Courses of events.

mod hooks;
mod lab;
mod protecting;
mod sharing;

use std::time::Duration;

use lab::{Lab, Play, application, config, deployment, migration, service};

use super::*;
use crate::status::{Health, Sync};

const SECOND: Duration = Duration::from_secs(1);

fn key(group: &str, kind: &str, name: &str) -> ObjectKey {
    ObjectKey {
        group: group.to_owned(),
        ..ObjectKey::core(kind, "qa", name)
    }
}

#[test]
fn a_commit_serves() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 2), service()]);
    assert_eq!(lab.state(), (Sync::Synced, Health::Healthy));
    assert_eq!(lab.serving(), ["one", "one"]);
    assert!(lab.world.board().is_healthy());
    lab.commit("2", &[deployment("two", 2), service()]);
    assert_eq!(lab.serving(), ["two", "two"]);
    assert_eq!(
        lab.log,
        [
            "start one",
            "start one",
            "start two",
            "stop one",
            "start two",
            "stop one"
        ]
    );
    assert_eq!(lab.app().revision, "2");
}

#[test]
fn a_release_that_never_gets_ready_leaves_the_old_one_serving_and_says_why() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service()]);
    lab.play("two", Play::NeverReady);
    lab.commit("2", &[deployment("two", 1), service()]);
    assert_eq!(lab.state(), (Sync::Synced, Health::Progressing));
    assert_eq!(
        lab.app().message,
        "waiting for rollout: 0 of 1 updated replicas are available: readiness probe: GET /readyz: 500"
    );
    assert_eq!(lab.serving(), ["one"]);
    lab.run(600 * SECOND);
    assert_eq!(lab.state(), (Sync::Synced, Health::Degraded));
    assert!(
        lab.app()
            .message
            .starts_with("Deployment \"orders\" exceeded its progress deadline")
    );
    assert_eq!(lab.serving(), ["one"]);
    // The next commit replaces the bad release, not the good one.
    lab.commit("3", &[deployment("three", 1), service()]);
    assert_eq!(lab.serving(), ["three"]);
    assert_eq!(lab.images(), ["three"]);
}

#[test]
fn a_release_that_exits_at_once_shows_its_last_words() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service()]);
    lab.play("two", Play::Ends(3));
    lab.commit("2", &[deployment("two", 1), service()]);
    assert_eq!(lab.state(), (Sync::Synced, Health::Degraded));
    assert_eq!(
        lab.app().message,
        "waiting for rollout: 0 of 1 updated replicas are available: CrashLoopBackOff: exit code 3: last words"
    );
    assert_eq!(lab.serving(), ["one"]);
    lab.commit("3", &[deployment("one", 1), service()]);
    assert_eq!(lab.state(), (Sync::Synced, Health::Healthy));
    assert_eq!(lab.images(), ["one"]);
    let started = lab.log.iter().filter(|line| *line == "start one").count();
    assert_eq!(
        started, 1,
        "the pods of the old template are still the ones wanted"
    );
}

#[test]
fn a_killed_process_is_started_again() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service()]);
    let pod = lab.processes.keys().next().unwrap().clone();
    lab.end(&pod, 137, "");
    lab.run(Duration::from_millis(100));
    assert_eq!(lab.serving(), [""; 0]);
    assert_eq!(lab.app().pods[0].message, "CrashLoopBackOff: killed (SIGKILL)");
    lab.run(SECOND);
    assert_eq!(lab.serving(), ["one"]);
    assert_eq!(
        (lab.app().pods[0].restarts, lab.state()),
        (1, (Sync::Synced, Health::Healthy))
    );
}

#[test]
fn an_object_deleted_or_edited_by_hand_is_put_back() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service(), config("a")]);
    let deployed = key("apps", "Deployment", "orders");
    for object in [None, Some(deployment("other", 3))] {
        let edited = object.is_some();
        lab.tell(Event::Edited {
            key: deployed.clone(),
            object,
        });
        lab.run(2 * SECOND);
        assert_eq!(lab.state(), (Sync::Synced, Health::Healthy), "edited: {edited}");
        assert_eq!(lab.images(), ["one"]);
    }
    lab.tell(Event::Edited {
        key: key("", "Service", "orders"),
        object: None,
    });
    lab.run(SECOND);
    assert_eq!(lab.serving(), ["one"]);
}

#[test]
fn without_self_heal_what_was_edited_stays_and_is_shown() {
    let mut lab = Lab::new();
    let mut application = application("orders", false);
    application.policy.self_heal = false;
    lab.declare_all("1", vec![application]);
    lab.build("1", &[config("a")]);
    lab.run(SECOND);
    lab.tell(Event::Edited {
        key: key("", "ConfigMap", "orders"),
        object: Some(config("b")),
    });
    lab.run(SECOND);
    assert_eq!(lab.state(), (Sync::OutOfSync, Health::Healthy));
}

#[test]
fn migrations_run_between_configuration_and_workload() {
    let mut lab = Lab::new();
    lab.secrets.insert(
        "orders-database".to_owned(),
        BTreeMap::from([("url".to_owned(), "x".to_owned())]),
    );
    lab.play("one-migration", Play::Ends(0));
    lab.commit(
        "1",
        &[
            deployment("one", 1),
            service(),
            config("a"),
            migration("one-migration"),
        ],
    );
    assert_eq!(lab.log, ["start one-migration", "start one"]);
    assert_eq!(lab.state(), (Sync::Synced, Health::Healthy));
    // A sync runs its hooks again, as on a cluster.
    lab.commit(
        "2",
        &[
            deployment("two", 1),
            service(),
            config("a"),
            migration("one-migration"),
        ],
    );
    assert_eq!(lab.log[2..], ["start one-migration", "start two", "stop one"]);
}

#[test]
fn a_failed_migration_stops_the_sync_and_says_why() {
    let mut lab = Lab::new();
    lab.secrets.insert(
        "orders-database".to_owned(),
        BTreeMap::from([("url".to_owned(), "x".to_owned())]),
    );
    lab.play("m", Play::Ends(0));
    lab.commit("1", &[deployment("one", 1), service(), migration("m")]);
    lab.play("bad", Play::Ends(1));
    lab.commit("2", &[deployment("two", 1), service(), migration("bad")]);
    assert_eq!(lab.serving(), ["one"]);
    assert_eq!(lab.state(), (Sync::OutOfSync, Health::Healthy));
    let failed = lab.app().operation.unwrap();
    assert_eq!(failed.phase, "Failed");
    assert_eq!(
        failed.message,
        "one or more synchronization tasks completed unsuccessfully: Job orders-migration: BackoffLimitExceeded: \
         failed more often than backoffLimit 1: exit code 1: last words; retry 1 of 5 in 10 s"
    );
    // It is tried again, ever later, and then no more.
    lab.run(600 * SECOND);
    let tries = lab.log.iter().filter(|line| *line == "start bad").count();
    assert_eq!(tries, 2 * 6);
    assert!(
        lab.app()
            .operation
            .unwrap()
            .message
            .ends_with("not tried again before the next commit")
    );
    lab.commit("3", &[deployment("three", 1), service(), migration("m")]);
    assert_eq!(lab.serving(), ["three"]);
}

#[test]
fn a_migration_that_hangs_gives_way_to_no_commit_until_it_is_over() {
    let mut lab = Lab::new();
    lab.secrets.insert("orders-database".to_owned(), BTreeMap::new());
    let mut hanging = migration("hangs");
    hanging["spec"]["activeDeadlineSeconds"] = 60.into();
    hanging["spec"]["template"]["spec"]["containers"][0]["env"] = json_empty();
    lab.play("hangs", Play::Hangs);
    lab.commit("1", &[deployment("one", 1), service(), hanging]);
    assert_eq!(
        lab.app().operation.unwrap().message,
        "waiting for completion of hook Job orders-migration"
    );
    lab.commit("2", &[deployment("two", 1), service()]);
    assert_eq!(lab.images(), ["hangs"]);
    lab.run(60 * SECOND);
    assert_eq!(lab.serving(), ["two"]);
    assert_eq!(lab.images(), ["two"]);
}

fn json_empty() -> Value {
    serde_json::json!([])
}

#[test]
fn a_restart_does_not_migrate_again_what_is_migrated() {
    let objects = [deployment("one", 1), service(), migration("m")];
    let mut lab = Lab::new();
    let database = || BTreeMap::from([("url".to_owned(), "x".to_owned())]);
    lab.secrets.insert("orders-database".to_owned(), database());
    lab.play("m", Play::Ends(0));
    lab.commit("1", &objects);
    assert_eq!(lab.log, ["start m", "start one"]);

    let mut again = Lab::remembering(lab.remembered.clone());
    again.secrets.insert("orders-database".to_owned(), database());
    again.commit("1", &objects);
    assert_eq!(again.log, ["start one"]);
    assert_eq!(again.state(), (Sync::Synced, Health::Healthy));

    // Another database has to be migrated.
    let mut other = Lab::remembering(lab.remembered);
    other.play("m", Play::Ends(0));
    let moved = BTreeMap::from([("url".to_owned(), "y".to_owned())]);
    other.secrets.insert("orders-database".to_owned(), moved);
    other.commit("1", &objects);
    assert_eq!(other.log, ["start m", "start one"]);
}

#[test]
fn what_git_no_longer_asks_for_is_pruned_after_the_rest_is_applied() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service(), config("a")]);
    lab.commit("2", &[service()]);
    assert_eq!(lab.images(), [""; 0]);
    let kinds: Vec<_> = lab.app().resources.into_iter().map(|one| one.kind).collect();
    assert_eq!(kinds, ["Service"]);
    assert_eq!(lab.state(), (Sync::Synced, Health::Healthy));
}

#[test]
fn a_build_error_concerns_its_app_only_and_what_ran_runs_on() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service()]);
    lab.declare("2");
    lab.tell(Event::Built(Built {
        application: "apps-orders-qa".to_owned(),
        revision: "2".to_owned(),
        outcome: Err("kustomization.yaml:3: no such field".to_owned()),
    }));
    lab.tell(Event::Settled);
    lab.run(SECOND);
    assert_eq!(lab.state(), (Sync::Unknown, Health::Healthy));
    let condition = &lab.app().conditions[0];
    assert_eq!(
        (condition.kind.as_str(), condition.message.as_str()),
        ("ComparisonError", "kustomization.yaml:3: no such field")
    );
    assert_eq!(lab.serving(), ["one"]);
    lab.commit("3", &[deployment("one", 1), service()]);
    assert_eq!(lab.state(), (Sync::Synced, Health::Healthy));
}

#[test]
fn a_removed_app_goes_with_all_it_ran_and_a_protected_one_stays() {
    for protect in [false, true] {
        let mut lab = Lab::new();
        lab.declare_all("1", vec![application("orders", protect)]);
        lab.build("1", &[deployment("one", 1), service()]);
        lab.run(SECOND);
        assert_eq!(lab.serving(), ["one"]);
        lab.declare_all("2", Vec::new());
        lab.tell(Event::Settled);
        lab.run(SECOND);
        if protect {
            assert_eq!(lab.state(), (Sync::Unknown, Health::Healthy));
            assert_eq!(lab.app().conditions[0].kind, "ComparisonError");
            assert_eq!(lab.serving(), ["one"]);
        } else {
            assert_eq!(lab.world.board().app("apps-orders-qa"), None);
            assert_eq!(lab.images(), [""; 0]);
        }
    }
}

#[test]
fn what_a_project_does_not_permit_is_not_synced_and_what_ran_runs_on() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service()]);
    let mut refused = application("orders", false);
    refused.refused = vec!["the project does not permit namespace `qa`".to_owned()];
    lab.declare_all("2", vec![refused]);
    lab.build("2", &[deployment("two", 1)]);
    lab.run(2 * SECOND);
    assert_eq!(lab.serving(), ["one"]);
    assert_eq!(lab.state().0, Sync::Unknown);
    let condition = &lab.app().conditions[0];
    assert_eq!(
        (condition.kind.as_str(), condition.message.as_str()),
        ("InvalidSpecError", "the project does not permit namespace `qa`")
    );
    lab.commit("3", &[deployment("three", 1), service()]);
    assert_eq!(
        (lab.serving(), lab.state()),
        (vec!["three".to_owned()], (Sync::Synced, Health::Healthy))
    );
}

#[test]
fn what_is_wrong_with_operators_is_said() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service()]);
    lab.tell(Event::Declared(Declared {
        revision: "2".to_owned(),
        errors: vec!["ansible/root/values-prod.yaml: no YAML".to_owned()],
        operators: vec![Operator {
            name: "root".to_owned(),
            errors: vec!["ApplicationSet apps: duplicate name".to_owned()],
        }],
        applications: vec![application("orders", false)],
        kept: Vec::new(),
    }));
    lab.tell(Event::Settled);
    lab.run(SECOND);
    assert_eq!(lab.serving(), ["one"]);
    assert!(!lab.world.board().is_healthy());
    assert_eq!(
        lab.world.board().complaints(),
        [
            "ansible/root/values-prod.yaml: no YAML",
            "operator root: ApplicationSet apps: duplicate name"
        ]
    );
}

#[test]
fn a_secret_that_nobody_makes_is_named_and_so_is_a_key_that_it_lacks() {
    let cases = [
        (None, "secret \"orders-database\" not found"),
        (Some("uri"), "secret \"orders-database\" has no key \"url\""),
    ];
    for (known, why) in cases {
        let mut lab = Lab::new();
        lab.play("m", Play::Ends(0));
        let data = known.map(|known| BTreeMap::from([(known.to_owned(), "x".to_owned())]));
        lab.secrets
            .extend(data.map(|data| ("orders-database".to_owned(), data)));
        lab.commit("1", &[migration("m")]);
        let waiting = "waiting for completion of hook Job orders-migration: CreateContainerConfigError";
        assert_eq!(lab.app().operation.unwrap().message, format!("{waiting}: {why}"));
        assert_eq!(lab.log, [""; 0]);
    }
}

#[test]
fn a_field_that_is_not_supported_is_a_condition_of_the_app() {
    let mut lab = Lab::new();
    let mut deployment = deployment("one", 1);
    deployment["spec"]["template"]["spec"]["hostNetwork"] = true.into();
    lab.commit("1", &[deployment, service()]);
    assert_eq!(lab.app().health, Health::Degraded);
    let condition = &lab.app().conditions[0];
    assert_eq!(
        (condition.kind.as_str(), condition.message.as_str()),
        (
            "Unsupported",
            "Deployment orders: spec.hostNetwork: this machine does not act on it"
        )
    );
}

#[test]
fn a_pod_that_flaps_takes_no_traffic_meanwhile() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service()]);
    lab.play("one", Play::NeverReady);
    lab.run(20 * SECOND);
    assert_eq!(lab.serving(), [""; 0]);
    assert_eq!(lab.app().health, Health::Progressing);
    lab.play("one", Play::Serves);
    lab.run(6 * SECOND);
    assert_eq!(lab.serving(), ["one"]);
    assert_eq!(
        (lab.app().pods[0].restarts, lab.app().health),
        (0, Health::Healthy)
    );
}

#[test]
fn stop_stops_everything_and_starts_nothing() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 3), service()]);
    assert_eq!(lab.images().len(), 3);
    lab.tell(Event::Stop);
    lab.run(60 * SECOND);
    assert!(lab.world.is_stopped());
    assert_eq!(lab.images().len(), 0);
    assert_eq!(lab.world.due(), None);
}

#[test]
fn nothing_is_due_when_everything_runs_but_the_next_probe() {
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service(), config("a")]);
    let due = lab.world.due().unwrap();
    assert!(due.saturating_sub(lab.now) > SECOND, "{due:?} {:?}", lab.now);
}

#[test]
fn a_stand_in_that_cannot_be_made_says_why() {
    let mut lab = Lab::new();
    lab.failing = Some("this machine has no PostgreSQL".to_owned());
    lab.commit("1", &[migration("m")]);
    assert_eq!(
        lab.app().operation.unwrap().message,
        "waiting for completion of hook Job orders-migration: CreateContainerConfigError: \
         secret \"orders-database\" not found: this machine has no PostgreSQL"
    );
    lab.failing = None;
    lab.play("m", Play::Ends(0));
    lab.secrets.insert(
        "orders-database".to_owned(),
        BTreeMap::from([("url".to_owned(), "x".to_owned())]),
    );
    lab.run(10 * SECOND);
    assert_eq!(lab.app().operation.unwrap().phase, "Succeeded");
}

#[test]
fn a_route_that_leads_nowhere_is_degraded() {
    let route = |service: &str, port: u16| {
        serde_json::json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": {"name": "orders", "namespace": "qa"},
            "spec": {"rules": [{"backendRefs": [{"name": service, "port": port}]}]}})
    };
    let cases = [
        (route("orders", 8080), Health::Healthy, ""),
        (
            route("order", 8080),
            Health::Degraded,
            "BackendNotFound: there is no Service \"order\"",
        ),
        (
            route("orders", 80),
            Health::Degraded,
            "BackendNotFound: Service \"orders\" has no port 80",
        ),
    ];
    for (route, health, message) in cases {
        let mut lab = Lab::new();
        lab.commit("1", &[deployment("one", 1), service(), route]);
        let app = lab.app();
        assert_eq!((app.health, app.message.as_str()), (health, message));
    }
}

#[test]
fn what_the_ingress_does_not_serve_of_a_route_is_a_condition() {
    let route = serde_json::json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "orders", "namespace": "qa"},
        "spec": {"hostnames": ["orders.shop.example"], "rules": [{
            "backendRefs": [{"name": "orders", "port": 8080}],
            "filters": [{"type": "RequestMirror", "requestMirror": {}}]}]}});
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service(), route]);
    let conditions = lab.app().conditions;
    let conditions: Vec<_> = conditions
        .iter()
        .map(|one| (one.kind.as_str(), one.message.as_str()))
        .collect();
    assert_eq!(
        conditions,
        [(
            "Unsupported",
            "HTTPRoute orders: rules[0].filters[0]: the filter `RequestMirror` is not served on this machine; \
             the rule answers 500"
        )]
    );
}

#[test]
fn what_cannot_be_read_of_a_policy_is_a_condition() {
    let policy = serde_json::json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": "orders", "namespace": "qa"},
        "spec": {"podSelector": {}, "ingress": [{"ports": [{"port": -80}]}]}});
    let mut lab = Lab::new();
    lab.commit("1", &[deployment("one", 1), service(), policy]);
    let conditions = lab.app().conditions;
    let condition = conditions
        .first()
        .map(|one| (one.kind.as_str(), one.message.as_str()));
    assert_eq!(
        condition,
        Some((
            "InvalidSpecError",
            "NetworkPolicy orders: spec.ingress[0].ports[0]: -80 is no port; it lets nothing through"
        ))
    );
}

#[test]
fn hooks_of_other_occasions_are_named_and_not_run() {
    let mut lab = Lab::new();
    let mut cleanup = migration("m");
    cleanup["metadata"]["annotations"]["argocd.argoproj.io/hook"] = "SyncFail".into();
    lab.commit("1", &[deployment("one", 1), service(), cleanup]);
    assert_eq!(lab.log, ["start one"]);
    assert_eq!(
        lab.app().conditions[0].message,
        "Job orders-migration: a hook of SyncFail does not run on this machine"
    );
    assert_eq!(lab.state(), (Sync::Synced, Health::Healthy));
}

#[test]
fn a_paused_deployment_is_not_run_as_if_it_were_not() {
    let mut lab = Lab::new();
    let mut paused = deployment("one", 1);
    paused["spec"]["paused"] = true.into();
    lab.commit("1", &[paused, service()]);
    assert_eq!(lab.images(), [""; 0]);
    let message = &lab.app().conditions[0].message;
    assert_eq!(
        message,
        "Deployment orders: spec.paused: this machine does not act on it"
    );
}

#[test]
fn what_forbids_being_pruned_stays_and_is_shown() {
    let mut lab = Lab::new();
    let mut kept = config("a");
    kept["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] = "Prune=false".into();
    lab.commit("1", &[service(), kept]);
    lab.commit("2", &[service()]);
    assert_eq!(lab.state(), (Sync::OutOfSync, Health::Healthy));
    assert!(lab.world.objects.get(&key("", "ConfigMap", "orders")).is_some());
    let version = lab.world.board_version();
    lab.run(60 * SECOND);
    assert_eq!(
        lab.world.board_version(),
        version,
        "it is not tried again and again"
    );
}

#[test]
fn pods_of_another_start_have_other_names() {
    let pod = |first: u64| {
        let mut lab = Lab::new();
        lab.world = World::new(Hooks::new()).numbering_from(first);
        lab.commit("1", &[deployment("one", 1), service()]);
        lab.app().pods[0].name.clone()
    };
    assert_eq!(pod(0), pod(0));
    assert_ne!(pod(0), pod(1_000_000));
}

#[test]
fn an_image_that_is_missing_is_looked_for_again() {
    let mut lab = Lab::new();
    lab.missing.insert("one".to_owned());
    lab.commit("1", &[deployment("one", 1), service()]);
    assert_eq!(lab.app().health, Health::Degraded);
    assert_eq!(
        lab.app().pods[0].message,
        "ImagePullBackOff: one is not on this machine"
    );
    lab.missing.clear();
    lab.run(10 * SECOND);
    assert_eq!(
        (lab.serving(), lab.app().health),
        (vec!["one".to_owned()], Health::Healthy)
    );
}
