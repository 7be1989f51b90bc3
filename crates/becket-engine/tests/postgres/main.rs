//! PostgreSQL as the platform runs it, with the machine's own binaries, as whoever runs the tests; as root also as an
//! ordinary user. Where there is no PostgreSQL the tests say so and pass, except where `CI` is set.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use becket_engine::postgres::{Credentials, Options, Postgres, PostgresError};
use becket_engine::standin::StandIns;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use tempfile::TempDir;
use tokio_postgres::{Client, Config, NoTls};

const FIXTURE: &str = env!("CARGO_BIN_EXE_becket-postgres-fixture");

fn options(folder: &Path) -> Options {
    Options {
        folder: folder.join("postgres"),
        cache: None,
        program: FIXTURE.into(),
    }
}

/// An instance in `folder`, or nothing where the machine has none.
async fn start(folder: &Path) -> Option<Postgres> {
    match Postgres::start(&options(folder), |_| {}).await {
        Err(PostgresError::Missing(_)) if std::env::var_os("CI").is_none() => {
            eprintln!("not judged: PostgreSQL: this machine has none");
            None
        }
        started => Some(started.unwrap_or_else(|error| panic!("{error}"))),
    }
}

async fn connect(
    socket: &Path,
    as_role: &Credentials,
    database: &str,
) -> Result<Client, tokio_postgres::Error> {
    let mut config = Config::new();
    config
        .host_path(socket.parent().unwrap())
        .user(&as_role.user)
        .password(&as_role.password)
        .dbname(database);
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn number(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// Waits for something that gives no event, with an end.
async fn until(what: &str, mut is: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is() {
        assert!(since.elapsed() < Duration::from_secs(20), "not in time: {what}");
        tokio::task::yield_now().await;
    }
}

fn is_alive(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

/// The processes that run on the data below `folder`.
fn processes(folder: &Path) -> Vec<u32> {
    let pids = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(folder)))
        .collect()
}

fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), signal).unwrap();
}

#[tokio::test]
async fn two_services_in_two_environments_have_a_database_each_and_cannot_read_anothers() {
    let folder = tempfile::tempdir().unwrap();
    let Some(postgres) = start(folder.path()).await else {
        return;
    };
    let mut all = Vec::new();
    for (environment, service) in [
        ("dev", "orders"),
        ("dev", "catalog"),
        ("pre-prod", "orders"),
        ("pre-prod", "catalog"),
    ] {
        let credentials = postgres.database_for(environment, service).await.unwrap();
        assert_eq!(
            postgres.database_for(environment, service).await.unwrap(),
            credentials
        );
        let client = connect(postgres.socket(), &credentials, &credentials.database)
            .await
            .unwrap();
        let name = &credentials.database;
        client
            .batch_execute(&format!("CREATE TABLE t AS SELECT '{name}'::text AS name"))
            .await
            .unwrap();
        all.push(credentials);
    }
    for one in &all {
        for other in all.iter().filter(|other| *other != one) {
            assert!(
                connect(postgres.socket(), one, &other.database).await.is_err(),
                "{one:?} reads {other:?}"
            );
            let wrong = Credentials {
                password: one.password.clone(),
                ..other.clone()
            };
            assert!(connect(postgres.socket(), &wrong, &other.database).await.is_err());
        }
        assert!(connect(postgres.socket(), one, "postgres").await.is_err());
        let client = connect(postgres.socket(), one, &one.database).await.unwrap();
        assert!(client.batch_execute("CREATE ROLE other").await.is_err());
        assert!(
            client
                .batch_execute("COPY (SELECT 1) TO PROGRAM 'cat'")
                .await
                .is_err()
        );
    }
    postgres.stop().await;
    assert_eq!(processes(folder.path()), Vec::<u32>::new());
}

#[tokio::test]
async fn the_secret_of_a_service_holds_its_url_as_pods_see_it() {
    let folder = tempfile::tempdir().unwrap();
    let Some(postgres) = start(folder.path()).await else {
        return;
    };
    let credentials = postgres.database_for("dev", "orders").await.unwrap();
    let secret = postgres.secret("dev", "orders-database").await.unwrap().unwrap();
    let url = format!(
        "postgres://dev_orders:{}@database:5432/dev_orders",
        credentials.password
    );
    assert_eq!(secret.into_iter().collect::<Vec<_>>(), [("url".to_owned(), url)]);
    assert_eq!(postgres.secret("dev", "orders-token").await.unwrap(), None);
    assert!(postgres.database().unwrap().exists());
    postgres.stop().await;
}

#[tokio::test]
async fn data_outlives_the_instance_and_a_kill_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let Some(postgres) = start(folder.path()).await else {
        return;
    };
    let credentials = postgres.database_for("dev", "orders").await.unwrap();
    let client = connect(postgres.socket(), &credentials, &credentials.database)
        .await
        .unwrap();
    client
        .batch_execute("CREATE TABLE orders (id bigint); INSERT INTO orders VALUES (1)")
        .await
        .unwrap();

    let killed = postgres.pid();
    signal(killed, Signal::SIGKILL);
    until("another server", || {
        postgres.pid() != killed && postgres.pid() != 0
    })
    .await;
    // What asks for a database waits for the server that is being started again.
    postgres.database_for("dev", "other").await.unwrap();
    let client = connect(postgres.socket(), &credentials, &credentials.database)
        .await
        .unwrap();
    assert_eq!(number(&client, "SELECT count(*) FROM orders").await, 1);
    client
        .batch_execute("INSERT INTO orders VALUES (2)")
        .await
        .unwrap();
    postgres.stop().await;

    let postgres = start(folder.path()).await.unwrap();
    assert_eq!(postgres.database_for("dev", "orders").await.unwrap(), credentials);
    let client = connect(postgres.socket(), &credentials, &credentials.database)
        .await
        .unwrap();
    assert_eq!(number(&client, "SELECT count(*) FROM orders").await, 2);
    postgres.stop().await;
}

/// Starts an engine in a process of its own; it and the server's process id.
fn hold(folder: &Path) -> (Child, u32) {
    let mut engine = Command::new(FIXTURE)
        .arg("hold")
        .arg(folder.join("postgres"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(engine.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (engine, line.trim().parse().unwrap())
}

#[tokio::test]
async fn a_killed_engine_leaves_no_server_and_no_loss() {
    let folder = tempfile::tempdir().unwrap();
    let Some(postgres) = start(folder.path()).await else {
        return;
    };
    let credentials = postgres.database_for("dev", "orders").await.unwrap();
    postgres.stop().await;

    let (mut engine, server) = hold(folder.path());
    let socket = folder.path().join("postgres/socket/.s.PGSQL.5432");
    let client = connect(&socket, &credentials, &credentials.database)
        .await
        .unwrap();
    client
        .batch_execute("CREATE TABLE orders AS SELECT 7::bigint AS id")
        .await
        .unwrap();
    engine.kill().unwrap();
    engine.wait().unwrap();
    until("the server's end", || !is_alive(server)).await;
    until("the end of all its processes", || {
        processes(folder.path()).is_empty()
    })
    .await;

    let postgres = start(folder.path()).await.unwrap();
    let client = connect(postgres.socket(), &credentials, &credentials.database)
        .await
        .unwrap();
    assert_eq!(number(&client, "SELECT id FROM orders").await, 7);
    postgres.stop().await;
}

#[tokio::test]
async fn a_server_that_was_left_behind_is_ended_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let Some(postgres) = start(folder.path()).await else {
        return;
    };
    postgres.stop().await;
    let (mut engine, orphan) = hold(folder.path());
    // Stopped, the engine neither ends the server nor starts another.
    signal(engine.id(), Signal::SIGSTOP);
    let postgres = start(folder.path()).await.unwrap();
    assert!(!is_alive(orphan));
    assert_ne!(postgres.pid(), orphan);
    engine.kill().unwrap();
    engine.wait().unwrap();
    postgres.stop().await;
}

#[tokio::test]
async fn a_lock_file_of_nobody_and_a_half_made_cluster_do_not_stop_a_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("postgres/data.new/base")).unwrap();
    let Some(postgres) = start(folder.path()).await else {
        return;
    };
    postgres.stop().await;
    // The process id of this very test: alive, and no server.
    let lock = folder.path().join("postgres/data/postmaster.pid");
    fs::write(&lock, format!("{}\n/elsewhere\n", std::process::id())).unwrap();
    start(folder.path()).await.unwrap().stop().await;
}

#[tokio::test]
async fn data_of_another_version_is_an_error_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("postgres/data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("PG_VERSION"), "9\n").unwrap();
    let error = Postgres::start(&options(folder.path()), |_| {})
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(error, PostgresError::OtherVersion { made_by: 9, .. }),
        "{text}"
    );
    assert!(
        text.contains("install PostgreSQL 9, or remove that folder"),
        "{text}"
    );
}

#[tokio::test]
async fn a_server_that_cannot_start_is_an_error_with_the_end_of_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let Some(postgres) = start(folder.path()).await else {
        return;
    };
    postgres.stop().await;
    fs::remove_file(folder.path().join("postgres/data/global/pg_control")).unwrap();
    let error = Postgres::start(&options(folder.path()), |_| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("PostgreSQL does not run: it ended with exit status: "),
        "{error}"
    );
    assert!(error.contains("pg_control"), "{error}");
}

#[tokio::test]
async fn the_data_lies_in_a_folder_that_only_its_owner_can_enter() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let Some(postgres) = start(folder.path()).await else {
        return;
    };
    let data = fs::metadata(folder.path().join("postgres/data")).unwrap();
    assert_eq!(data.uid(), geteuid().as_raw());
    assert_eq!(data.permissions().mode() & 0o077, 0);
    postgres.stop().await;
}

/// Runs the tests above again as a user without privileges, in folders of its own.
#[test]
fn an_ordinary_user_runs_it_too() {
    if !geteuid().is_root() {
        eprintln!("not judged: another user: only root can become one");
        return;
    }
    let folder: TempDir = tempfile::tempdir_in("/tmp").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let copy = |from: &Path, name: &str| -> PathBuf {
        let to = folder.path().join(name);
        fs::copy(from, &to).unwrap();
        to
    };
    let fixture = copy(Path::new(FIXTURE), "fixture");
    let mut engine = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(fixture)
        .arg("hold")
        .arg(folder.path().join("postgres"))
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(engine.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let server: u32 = line
        .trim()
        .parse()
        .unwrap_or_else(|_| panic!("no server as an ordinary user"));
    let owner = fs::metadata(format!("/proc/{server}")).unwrap().uid();
    signal(engine.id(), Signal::SIGKILL);
    engine.wait().unwrap();
    let since = Instant::now();
    while !processes(folder.path()).is_empty() {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "the server outlives its engine"
        );
        std::thread::yield_now();
    }
    assert_eq!(owner, 65534);
}

#[tokio::test]
async fn root_in_another_users_private_folder_is_told_to_become_that_user() {
    if !geteuid().is_root() {
        eprintln!("not judged: root: only root can be");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    std::os::unix::fs::chown(&home, Some(65534), Some(65534)).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).unwrap();
    match Postgres::start(&options(&home), |_| {}).await {
        Err(PostgresError::Missing(_)) if std::env::var_os("CI").is_none() => {
            eprintln!("not judged: PostgreSQL: this machine has none");
        }
        started => {
            let error = started.unwrap_err().to_string();
            assert!(
                error.ends_with("run this as the user to whom the folders above belong"),
                "{error}"
            );
        }
    }
}
