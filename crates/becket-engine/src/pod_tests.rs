//! The life of a pod, told by what happens to it.

use serde_json::{Value, json};

use super::*;

struct Nothing;

impl Data for Nothing {
    fn data(&self, _: &str, _: &str) -> Option<BTreeMap<String, Vec<u8>>> {
        None
    }
}

const MS: Duration = Duration::from_millis(1);

fn pod(mut spec: Value) -> Pod {
    spec["containers"][0]["name"] = "orders".into();
    spec["containers"][0]["image"] = "orders".into();
    let template = PodTemplate::read(&json!({"spec": spec})).unwrap();
    let id = PodId {
        namespace: "qa".to_owned(),
        name: "orders-a".to_owned(),
    };
    let owner = ObjectKey::core("Deployment", "qa", "orders");
    Pod::new(id, owner, Arc::new(template), Time::ZERO)
}

fn probed() -> Pod {
    let get =
        |path: &str, period: u64| json!({"httpGet": {"path": path, "port": 8080}, "periodSeconds": period});
    let mut pod = pod(json!({"containers": [{
        "startupProbe": get("/readyz", 1), "readinessProbe": get("/readyz", 5), "livenessProbe": get("/healthz", 10)}]}));
    pod.begin(&Nothing, Time::ZERO);
    pod.started(1, Time::ZERO);
    pod
}

fn crash(pod: &mut Pod, now: Time) {
    let exit = Exit {
        code: 3,
        tail: "no database\n".to_owned(),
    };
    pod.exited(pod.run, &exit, now);
}

fn roles(actions: &[PodAction]) -> Vec<Role> {
    let role = |action: &PodAction| match action {
        PodAction::Probe { role, .. } => Some(*role),
        _ => None,
    };
    actions.iter().filter_map(role).collect()
}

#[test]
fn the_startup_probe_holds_the_others_back() {
    let mut pod = probed();
    assert_eq!(roles(&pod.tick(15 * MS)), [Role::Startup]);
    assert_eq!(roles(&pod.tick(16 * MS)), []);
    pod.probed(1, Role::Startup, Err("GET /readyz: 500".to_owned()), 20 * MS);
    assert_eq!(pod.why().unwrap(), "startup probe: GET /readyz: 500");
    assert_eq!(roles(&pod.tick(pod.due().unwrap())), [Role::Startup]);
    pod.probed(1, Role::Startup, Ok(()), 60 * MS);
    assert_eq!(pod.ready, None);
    assert_eq!(roles(&pod.tick(60 * MS)), [Role::Readiness, Role::Liveness]);
    pod.probed(1, Role::Readiness, Ok(()), 70 * MS);
    assert_eq!((pod.ready, pod.why()), (Some(70 * MS), None));
}

#[test]
fn a_pod_that_flaps_leaves_and_comes_back_without_a_restart() {
    let mut pod = probed();
    for role in [Role::Startup, Role::Readiness] {
        pod.probed(1, role, Ok(()), 20 * MS);
    }
    assert!(pod.ready.is_some());
    for second in [5, 10, 15] {
        let failed = Err("GET /readyz: 503".to_owned());
        assert_eq!(
            pod.probed(1, Role::Readiness, failed, Duration::from_secs(second)),
            []
        );
    }
    assert_eq!((pod.ready, pod.restarts), (None, 0));
    pod.probed(1, Role::Readiness, Ok(()), Duration::from_secs(20));
    assert_eq!(pod.ready, Some(Duration::from_secs(20)));
}

#[test]
fn a_pod_that_is_not_alive_is_stopped_and_started_again() {
    let mut pod = probed();
    for role in [Role::Startup, Role::Readiness, Role::Liveness] {
        pod.probed(1, role, Ok(()), 20 * MS);
    }
    let mut actions = Vec::new();
    for second in [10, 20, 30] {
        let failed = Err("timeout".to_owned());
        actions.extend(pod.probed(1, Role::Liveness, failed, Duration::from_secs(second)));
    }
    let grace = Duration::from_secs(30);
    assert_eq!(actions, [PodAction::Stop { run: 1, grace }]);
    assert_eq!(pod.ready, None);
    let exit = Exit {
        code: 0,
        tail: String::new(),
    };
    pod.exited(1, &exit, Duration::from_secs(31));
    assert_eq!(
        pod.why().unwrap(),
        "CrashLoopBackOff: liveness probe failed: timeout"
    );
}

#[test]
fn a_crash_loop_backs_off_and_shows_the_last_lines() {
    let mut pod = pod(json!({"containers": [{}]}));
    let mut now = Time::ZERO;
    let mut pauses = Vec::new();
    for run in 1..=9 {
        assert!(matches!(pod.begin(&Nothing, now)[..], [PodAction::Start(_)]));
        pod.started(run, now);
        assert!(pod.ready.is_some(), "without probes a pod that runs is ready");
        crash(&mut pod, now);
        assert_eq!(pod.begin(&Nothing, now), [], "not before the pause is over");
        pauses.push(pod.due().unwrap().checked_sub(now).unwrap().as_millis());
        now = pod.due().unwrap();
    }
    assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    assert_eq!(pod.why().unwrap(), "CrashLoopBackOff: exit code 3: no database");
    assert!(pod.is_stuck());
    pod.begin(&Nothing, now);
    pod.started(10, now);
    crash(&mut pod, now + LONG_RUN);
    assert_eq!(pod.due(), Some(now + LONG_RUN + FIRST_PAUSE));
}

#[test]
fn answers_of_an_earlier_run_count_for_nothing() {
    let mut pod = probed();
    crash(&mut pod, 10 * MS);
    pod.begin(&Nothing, 300 * MS);
    pod.started(2, 300 * MS);
    for role in [Role::Startup, Role::Readiness] {
        pod.probed(1, role, Ok(()), 310 * MS);
    }
    assert_eq!(pod.ready, None);
    let exit = Exit {
        code: 1,
        tail: String::new(),
    };
    pod.exited(1, &exit, 310 * MS);
    assert!(pod.has_process());
}

#[test]
fn a_pod_stopped_while_it_starts_is_stopped_when_it_has_started() {
    let mut pod = pod(json!({"containers": [{}], "terminationGracePeriodSeconds": 5}));
    pod.begin(&Nothing, Time::ZERO);
    assert_eq!(pod.stop(), []);
    let grace = Duration::from_secs(5);
    assert_eq!(pod.started(1, MS), [PodAction::Stop { run: 1, grace }]);
    assert_eq!(pod.ready, None);
    crash(&mut pod, 2 * MS);
    assert!(matches!(pod.phase, Phase::Ended { .. }));
}

#[test]
fn init_containers_run_one_after_the_other_first() {
    let mut pod = pod(json!({"containers": [{}], "initContainers": [{"name": "wait", "image": "wait"}]}));
    let name = |actions: &[PodAction]| match actions {
        [PodAction::Start(start)] => start.container.name.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!(name(&pod.begin(&Nothing, Time::ZERO)), "wait");
    pod.started(1, MS);
    assert_eq!(pod.ready, None);
    let exit = Exit {
        code: 0,
        tail: String::new(),
    };
    pod.exited(1, &exit, 2 * MS);
    assert_eq!(name(&pod.begin(&Nothing, 3 * MS)), "orders");
    pod.started(2, 4 * MS);
    assert!(pod.ready.is_some());
}

#[test]
fn a_missing_image_and_an_unsupported_field_say_so() {
    let mut pod = pod(json!({"containers": [{}]}));
    pod.begin(&Nothing, Time::ZERO);
    let error = StartError::Image("no image sha256:0 here; run `becket release orders`".to_owned());
    pod.not_started(1, &error, MS);
    assert_eq!(pod.due(), Some(MS + FIRST_PAUSE));
    assert_eq!(
        pod.why().unwrap(),
        "ImagePullBackOff: no image sha256:0 here; run `becket release orders`"
    );

    let mut pod = self::pod(json!({"containers": [{}], "hostNetwork": true}));
    assert_eq!(pod.begin(&Nothing, Time::ZERO), []);
    assert_eq!(
        pod.why().unwrap(),
        "Unsupported: spec.hostNetwork: this machine does not act on it"
    );
    assert!(pod.is_stuck());
}

#[test]
fn when_everything_stops_nobody_waits_longer_than_a_few_seconds() {
    let stop = |seconds| PodAction::Stop {
        run: 1,
        grace: Duration::from_secs(seconds),
    };
    assert_eq!(stop(30).hurried(), stop(5));
    assert_eq!(stop(2).hurried(), stop(2));
}
