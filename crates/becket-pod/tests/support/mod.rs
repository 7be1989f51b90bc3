//! What tests of pods share: a root with the static program in it, pods with it, and what its output was.

#![allow(dead_code, reason = "each test file uses its part")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what fails here fails the test"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use becket_pod::{Container, ContainerSpec, Init, LogSpec, Pod, PodSpec};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// How long anything may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// Leaves a test on a machine that forbids pods; there CI fails.
macro_rules! judged {
    () => {
        if let Err(unsupported) = becket_pod::preflight(&crate::support::init()) {
            assert!(std::env::var_os("CI").is_none(), "{unsupported}");
            println!("not judged: pods: {unsupported}");
            return;
        }
    };
}
pub(crate) use judged;

pub(crate) fn fixture() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_becket-pod-fixture"))
}

pub(crate) fn init() -> Init {
    Init::Program(fixture())
}

/// The static program of `tests/workload`.
pub(crate) fn workload() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workload");
        let built = target.join("debug/workload");
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workload/Cargo.toml");
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--manifest-path"])
            .arg(manifest)
            .arg("--target-dir")
            .arg(&target)
            .env("RUSTFLAGS", "-C target-feature=+crt-static")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .status();
        // Another user than the one who built may run the tests, without a compiler of their own.
        assert!(
            status.is_ok_and(|status| status.success()) || built.exists(),
            "the static program could not be built"
        );
        built
    })
}

/// A root folder, logs, and pods on them.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("data")).unwrap();
        std::fs::copy(workload(), root.join("workload")).unwrap();
        std::fs::write(root.join("data/file"), "from the image").unwrap();
        Self { folder }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    pub(crate) fn container(&self, name: &str, arguments: &[&str]) -> ContainerSpec {
        let mut command = vec!["/workload".to_owned()];
        command.extend(arguments.iter().map(|&argument| argument.to_owned()));
        ContainerSpec {
            name: name.to_owned(),
            root: self.root(),
            command,
            user: 65532,
            group: 65532,
            log: LogSpec {
                path: self.folder.path().join(format!("logs/{name}.log")),
                max_bytes: 0,
            },
            ..ContainerSpec::default()
        }
    }

    /// What a program prints in a pod of its own.
    pub(crate) async fn output(&self, arguments: &[&str], change: impl FnOnce(&mut ContainerSpec)) -> String {
        let pod = Pod::start(pod("output")).await.unwrap();
        let mut spec = self.container("output", arguments);
        change(&mut spec);
        let container = pod.run(spec).await.unwrap();
        within(container.wait()).await;
        let text = text(&container);
        std::fs::remove_file(container.log_path()).unwrap();
        text
    }
}

/// A future with the deadline of tests.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("in time")
}

/// A pod with nothing but a name.
pub(crate) fn pod(id: &str) -> PodSpec {
    PodSpec {
        id: id.to_owned(),
        hostname: id.to_owned(),
        init: init(),
        ..PodSpec::default()
    }
}

/// The text that a container has written so far, without times and streams.
pub(crate) fn text(container: &Container) -> String {
    let log = std::fs::read_to_string(container.log_path()).unwrap();
    let lines: Vec<&str> = log
        .lines()
        .map(|line| line.splitn(4, ' ').nth(3).unwrap())
        .collect();
    lines.join("\n")
}

/// Waits until a container has written a line.
pub(crate) async fn line(container: &Container, line: &str) {
    within(async {
        let mut seen = 0;
        while !text(container).lines().any(|written| written == line) {
            seen = container.written(seen).await.expect("the line before the end");
        }
    })
    .await;
}

/// All that the other side says.
pub(crate) async fn said(mut stream: TcpStream) -> String {
    let mut text = String::new();
    within(stream.read_to_string(&mut text)).await.unwrap();
    text
}
