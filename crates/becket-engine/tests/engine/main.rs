//! The engine with real repositories and real pods.

mod support;

use std::sync::Arc;
use std::time::Instant;

use becket_engine::client::{self, ClientError};
use becket_engine::status::Board;
use becket_engine::{Engine, EngineConfig};
use support::{Platform, Process, get, gone, judged, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_serves() {
    judged!();
    let platform = Platform::new();
    let one = platform.image(&[("VERSION", "1")]);
    let two = platform.image(&[("VERSION", "2")]);
    platform.release("orders", "dev", &one);
    let engine = platform.start().await;
    let board = until(&engine, |board| board.is_healthy() && !board.apps.is_empty()).await;
    let app = board.app("apps-orders-dev").unwrap();
    assert_eq!((app.unit.as_str(), app.stage.as_str()), ("orders", "dev"));
    assert_eq!(
        app.image.as_deref(),
        Some(format!("localhost/orders@{one}").as_str())
    );
    assert_eq!(
        get(&engine, "dev", "orders", "/").await,
        Ok((200, "1".to_owned()))
    );
    assert_eq!(
        get(&engine, "dev", "orders", "/env/ENVIRONMENT").await,
        Ok((200, "dev".to_owned()))
    );

    let begun = Instant::now();
    let commit = platform.release("orders", "dev", &two);
    until(&engine, |board| board.revision == commit && board.is_healthy()).await;
    println!("commit to serving: {} ms", begun.elapsed().as_millis());
    assert_eq!(
        get(&engine, "dev", "orders", "/").await,
        Ok((200, "2".to_owned()))
    );
    assert_eq!(engine.board().borrow().builds, 2);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn services_reach_each_other_by_name_as_policies_allow() {
    judged!();
    let platform = Platform::new();
    let orders = platform.image(&[("VERSION", "orders")]);
    let catalog = platform.image(&[("VERSION", "catalog")]);
    platform.release("orders", "dev", &orders);
    platform.release("catalog", "dev", &catalog);
    let engine = platform.start().await;
    until(&engine, |board| board.apps.len() >= 2 && board.is_healthy()).await;
    for name in [
        "catalog",
        "catalog.dev",
        "catalog.dev.svc",
        "catalog.dev.svc.cluster.local",
    ] {
        let answer = get(&engine, "dev", "orders", &format!("/via/{name}:8080")).await;
        assert_eq!(answer, Ok((200, "catalog".to_owned())), "{name}");
    }
    let folder = "apps/catalog/overlays/dev";
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: catalog\nspec:\n  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: catalog\n  ingress:\n    - from:\n        - podSelector:\n            matchLabels:\n              app.kubernetes.io/name: frontend\n";
    let overlay = "namespace: dev\nresources: [release, policy.yaml]\n";
    let commit = platform.edit(&[
        (&format!("{folder}/policy.yaml"), Some(policy.to_owned())),
        (&format!("{folder}/kustomization.yaml"), Some(overlay.to_owned())),
    ]);
    until(&engine, |board| board.revision == commit && board.is_healthy()).await;
    let (status, body) = get(&engine, "dev", "orders", "/via/catalog:8080").await.unwrap();
    assert_eq!(status, 502, "{body}");
    let denied = get(&engine, "dev", "catalog", "/").await.unwrap_err();
    assert_eq!(
        denied,
        "catalog:8080: no ingress rule of NetworkPolicy catalog allows it"
    );
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_never_gets_ready_leaves_the_old_one_serving() {
    judged!();
    let platform = Platform::new();
    let good = platform.image(&[("VERSION", "good")]);
    let bad = platform.image(&[("VERSION", "bad"), ("READY", "no")]);
    let exits = platform.image(&[("VERSION", "exits"), ("EXIT", "3")]);
    platform.release("orders", "dev", &good);
    let engine = platform.start().await;
    until(&engine, |board| !board.apps.is_empty() && board.is_healthy()).await;
    let says = |digest: &str, message: &str| {
        platform.release("orders", "dev", digest);
        let message = message.to_owned();
        move |board: &Board| board.apps.iter().any(|app| app.message.contains(&message))
    };
    until(&engine, says(&bad, "startup probe: GET /readyz: 500")).await;
    assert_eq!(
        get(&engine, "dev", "orders", "/").await,
        Ok((200, "good".to_owned()))
    );
    until(
        &engine,
        says(&exits, "CrashLoopBackOff: exit code 3: exiting on purpose"),
    )
    .await;
    assert_eq!(
        get(&engine, "dev", "orders", "/").await,
        Ok((200, "good".to_owned()))
    );
    let absent = format!("sha256:{}", "0".repeat(64));
    until(
        &engine,
        says(&absent, "`becket release orders` builds and releases it"),
    )
    .await;
    assert_eq!(
        get(&engine, "dev", "orders", "/").await,
        Ok((200, "good".to_owned()))
    );
    engine.shutdown().await;
    assert_eq!(platform.processes(), [0; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_is_healed() {
    judged!();
    let platform = Platform::new();
    let image = platform.image(&[("VERSION", "1")]);
    platform.release("orders", "dev", &image);
    let engine = platform.start().await;
    until(&engine, |board| !board.apps.is_empty() && board.is_healthy()).await;
    for restarts in 1..=2 {
        let [process] = platform.processes()[..] else {
            panic!("one process is expected: {:?}", platform.processes());
        };
        let killed = std::process::Command::new("kill")
            .args(["-9", &process.to_string()])
            .status();
        assert!(killed.unwrap().success());
        let again = |board: &Board| {
            board.is_healthy() && board.apps[0].pods.iter().any(|pod| pod.restarts == restarts)
        };
        until(&engine, again).await;
        assert_eq!(
            get(&engine, "dev", "orders", "/").await,
            Ok((200, "1".to_owned()))
        );
    }
    engine.shutdown().await;
    assert_eq!(platform.processes(), [0; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_commit_to_one_stage_builds_one_overlay() {
    judged!();
    let platform = Platform::new();
    // Without a Deployment nothing needs pods.
    let config = |service: &str, environment: &str, value: &str| {
        let folder = format!("apps/{service}/overlays/{environment}");
        let generator = format!("configMapGenerator: [{{ name: {service}, literals: [A={value}] }}]\n");
        [
            (
                format!("{folder}/kustomization.yaml"),
                format!("namespace: {environment}\nresources: [release]\n"),
            ),
            (format!("{folder}/release/kustomization.yaml"), generator),
        ]
    };
    let commit = |files: Vec<(String, String)>| {
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), Some(text.clone())))
            .collect();
        platform.edit(&files)
    };
    let mut files = Vec::new();
    for service in ["a", "b", "c"] {
        for environment in ["dev", "qa", "prod"] {
            files.extend(config(service, environment, "1"));
        }
    }
    commit(files);
    let engine = platform.start().await;
    let board = until(&engine, |board| !board.apps.is_empty() && board.is_healthy()).await;
    // prod lives on two clusters, and runs once here.
    assert_eq!((board.apps.len(), board.builds), (12, 9));
    let twin = board.app("apps-a-prod-prod-dr").unwrap();
    assert_eq!(twin.message, "runs once here, as apps-a-prod-prod");
    assert_eq!(board.app("apps-a-prod-prod").unwrap().stage, "prod");

    let head = commit(config("b", "qa", "2").to_vec());
    let board = until(&engine, |board| {
        board.revision == head && board.settled && board.is_healthy()
    })
    .await;
    assert_eq!(board.builds, 10);
    // A file that no overlay reads builds nothing.
    let head = platform.edit(&[("README.md", Some("y".to_owned()))]);
    let board = until(&engine, |board| board.revision == head && board.settled).await;
    assert_eq!(board.builds, 10);
    // A broken overlay concerns its app only; removal takes the app away, but not in production.
    let head = platform.edit(&[
        (
            "apps/a/overlays/qa/kustomization.yaml",
            Some("resources: [none]\n".to_owned()),
        ),
        ("apps/b/overlays/dev/release/kustomization.yaml", None),
        ("apps/c/overlays/prod/release/kustomization.yaml", None),
    ]);
    let board = until(&engine, |board| board.revision == head && board.settled).await;
    assert_eq!(board.app("apps-b-dev"), None);
    let kept = board.app("apps-c-prod-prod").unwrap();
    assert_eq!(
        format!("{:?} {:?} {}", kept.sync, kept.health, kept.conditions[0].kind),
        "Unknown Healthy ComparisonError"
    );
    let broken = board.app("apps-a-qa").unwrap();
    assert_eq!(
        format!(
            "{:?} {:?} {}",
            broken.sync, broken.health, broken.conditions[0].kind
        ),
        "Unknown Healthy ComparisonError"
    );
    assert_eq!(board.complaints().len(), 2, "{:?}", board.complaints());
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_run_before_the_workload_and_not_again_after_a_restart() {
    judged!();
    let platform = Platform::new();
    let image = platform.image(&[("VERSION", "1")]);
    let release = |digest: &str| {
        let mut files = support::overlay("orders", "dev", digest);
        let base = "apps/orders/overlays/dev/release/base";
        files.insert(format!("{base}/job.yaml"), support::migration("orders"));
        let kustomization = files.get_mut(&format!("{base}/kustomization.yaml")).unwrap();
        *kustomization = kustomization.replace("deployment.yaml,", "deployment.yaml, job.yaml,");
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), Some(text.clone())))
            .collect();
        platform.edit(&files)
    };
    release(&image);
    for _ in 0..2 {
        let engine = platform.start().await;
        until(&engine, |board| !board.apps.is_empty() && board.is_healthy()).await;
        let logs = platform.logs("dev", "orders-migration");
        assert_eq!(logs.len(), 1);
        assert!(
            logs[0].contains("migrating with postgres://dev@database/orders-database"),
            "{logs:?}"
        );
        engine.shutdown().await;
    }
    let failing = platform.image(&[("VERSION", "2"), ("MIGRATE", "9")]);
    let engine = platform.start().await;
    until(&engine, |board| !board.apps.is_empty() && board.is_healthy()).await;
    release(&failing);
    let failed = |board: &Board| {
        let operation = board.apps[0].operation.as_ref();
        operation.is_some_and(|last| last.phase == "Failed" && last.message.contains("exit code 9"))
    };
    until(&engine, failed).await;
    assert_eq!(
        get(&engine, "dev", "orders", "/").await,
        Ok((200, "1".to_owned()))
    );
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_reached_through_its_socket_as_policies_allow() {
    judged!();
    let platform = Platform::new();
    let image = platform.image(&[]);
    platform.release("orders", "dev", &image);
    let socket = platform.folder.path().join("database.sock");
    let database = tokio::net::UnixListener::bind(&socket).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = database.accept().await {
            let mut question = [0; 4];
            stream.read_exact(&mut question).await.unwrap();
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\n\r\nfrom the database")
                .await;
        }
    });
    let engine = Engine::start(EngineConfig {
        standins: Arc::new(support::Url { socket: Some(socket) }),
        ..platform.config()
    });
    let engine = engine.await.unwrap();
    until(&engine, |board| !board.apps.is_empty() && board.is_healthy()).await;
    let ask = "/via/database:5432";
    let answer = get(&engine, "dev", "orders", ask).await;
    assert_eq!(answer, Ok((200, "from the database".to_owned())));

    let policy = |port: u16| {
        let folder = "apps/orders/overlays/dev";
        let policy = format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: orders\nspec:\n  podSelector: {{}}\n  policyTypes: [Egress]\n  egress:\n    - to: [{{ ipBlock: {{ cidr: 10.10.0.0/16 }} }}]\n      ports: [{{ port: {port} }}]\n"
        );
        let overlay = "namespace: dev\nresources: [release, policy.yaml]\n".to_owned();
        let files = [("policy.yaml", policy), ("kustomization.yaml", overlay)];
        let files = files.map(|(name, text)| (format!("{folder}/{name}"), Some(text)));
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.clone()))
            .collect();
        platform.edit(&files)
    };
    for (port, status) in [(443, 502), (5432, 200)] {
        let commit = policy(port);
        until(&engine, |board| board.revision == commit && board.is_healthy()).await;
        let answer = get(&engine, "dev", "orders", ask).await.unwrap();
        assert_eq!(answer.0, status, "{answer:?}");
    }
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_from_another_process_is_answered() {
    judged!();
    let platform = Platform::new();
    let folder = platform.folder.path();
    assert!(matches!(
        client::status(folder).await,
        Err(ClientError::NotRunning)
    ));
    let engine = platform.start().await;
    engine.announce("console", "https://localhost:8443");
    until(&engine, |board| board.settled).await;
    let second = Engine::start(platform.config()).await.err().unwrap();
    let process = std::process::id();
    assert!(second.to_string().starts_with(&format!(
        "this platform is already running, in process {process}\n"
    )));
    let status = client::status(folder).await.unwrap();
    assert_eq!((status.pid, status.board.settled), (process, true));
    assert_eq!(status.links["console"], "https://localhost:8443");
    let mut watching = client::watch(folder).await.unwrap();
    watching.next().await.unwrap();
    let head = platform.edit(&[("README.md", Some("y".to_owned()))]);
    while watching.next().await.unwrap().board.revision != head {}
    let stopping = async {
        engine.asked_to_stop().await;
        engine.shutdown().await;
    };
    let (stopped, ()) = tokio::join!(client::stop(folder, support::DEADLINE), stopping);
    assert!(stopped.unwrap());
    assert!(matches!(
        client::status(folder).await,
        Err(ClientError::NotRunning)
    ));
}

#[test]
fn an_engine_killed_at_any_moment_leaves_nothing_and_the_next_one_goes_on() {
    judged!();
    let platform = Platform::new();
    let one = platform.image(&[("VERSION", "1")]);
    let two = platform.image(&[("VERSION", "2"), ("READY", "no")]);
    let three = platform.image(&[("VERSION", "3")]);
    platform.release("orders", "dev", &one);
    platform.release("orders", "qa", &one);

    // During the first sync.
    let mut engine = Process::start(&platform);
    engine.until(|board| board.apps.iter().any(|app| !app.pods.is_empty()));
    engine.kill();
    gone(&platform);

    // With everything healthy, then during a rollout that does not end.
    let mut engine = Process::start(&platform);
    engine.until(|board| board.apps.len() >= 2 && board.is_healthy());
    platform.release("orders", "qa", &two);
    engine.until(|board| board.apps.iter().any(|app| app.pods.len() == 2));
    engine.kill();
    gone(&platform);

    platform.release("orders", "qa", &three);
    let mut engine = Process::start(&platform);
    let image = |board: &Board| board.app("apps-orders-qa").and_then(|app| app.image.clone());
    engine.until(|board| board.is_healthy() && image(board).is_some_and(|image| image.ends_with(&three)));
    engine.kill();
    gone(&platform);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_cannot_be_read_is_said_and_read_again() {
    judged!();
    let platform = Platform::new();
    let engine = platform.start().await;
    until(&engine, |board| board.settled).await;
    let objects = platform.folder.path().join("git/gitops.git/objects");
    let elsewhere = platform.folder.path().join("elsewhere");
    let head = platform.edit(&[("README.md", Some("y".to_owned()))]);
    until(&engine, |board| board.revision == head && board.settled).await;
    std::fs::rename(&objects, &elsewhere).unwrap();
    let main = platform.folder.path().join("git/gitops.git/refs/heads/main");
    std::fs::write(&main, format!("{}\n", "1".repeat(40))).unwrap();
    until(&engine, |board| !board.messages.is_empty()).await;
    assert!(!engine.board().borrow().is_healthy());
    std::fs::rename(&elsewhere, &objects).unwrap();
    std::fs::write(&main, format!("{head}\n")).unwrap();
    until(&engine, |board| board.messages.is_empty() && board.is_healthy()).await;
    engine.shutdown().await;
}
