//! A platform in a folder of its own: repositories, images, an engine, and questions to its pods.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use becket_engine::standin::{Boxed, StandInError, StandIns};
use becket_engine::status::Board;
use becket_engine::{Engine, EngineConfig};
use becket_git::{Author, Commit, Edits, Repository, Time};
use becket_pod::Init;
use becket_pod::store::{ImageSpec, Store};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long anything may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

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

pub(crate) fn init() -> Init {
    Init::Program(env!("CARGO_BIN_EXE_becket-engine-fixture").into())
}

/// The static program of `workload.rs`.
fn workload() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("engine-workload");
        let beside = built.with_extension(std::process::id().to_string());
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/workload.rs");
        let status = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .args(["--edition", "2024", "-C", "target-feature=+crt-static", "-o"])
            .arg(&beside)
            .arg(source)
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "the static program could not be built"
        );
        std::fs::rename(beside, &built).unwrap();
        built
    })
}

pub(crate) struct Platform {
    pub(crate) folder: TempDir,
    pub(crate) gitops: Repository,
    iac: Repository,
    store: Store,
}

impl Platform {
    /// A platform whose operators are those of the golden root chart, and nothing is released.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join("git");
        let platform = Self {
            gitops: Repository::open_or_init(git.join("gitops.git")).unwrap(),
            iac: Repository::open_or_init(git.join("iac.git")).unwrap(),
            store: Store::open(folder.path().join("images")).unwrap(),
            folder,
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../becket-argocd/tests/iac/ansible/root");
        let mut edits = Edits::new();
        for file in [
            "Chart.yaml",
            "values.yaml",
            "values-prod.yaml",
            "templates/projects.yaml",
            "templates/stack.yaml",
        ] {
            edits.put(
                format!("ansible/root/{file}"),
                std::fs::read(root.join(file)).unwrap(),
            );
        }
        commit(&platform.iac, &edits);
        platform.edit(&[("README.md", Some("x".to_owned()))]);
        platform
    }

    /// What stands in the environment of all processes of this platform's pods.
    pub(crate) fn mark(&self) -> String {
        format!("MARK={}", self.folder.path().display())
    }

    /// The processes of this platform's pods.
    pub(crate) fn processes(&self) -> Vec<i32> {
        let mark = self.mark();
        let numbers = std::fs::read_dir("/proc").unwrap().flatten();
        let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let ours = |pid: &i32| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == mark.as_bytes())
        };
        numbers.filter(ours).collect()
    }

    /// The logs of pods of this namespace whose names begin so.
    pub(crate) fn logs(&self, namespace: &str, name: &str) -> Vec<String> {
        let folder = self.folder.path().join("logs").join(namespace);
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let named = files.filter(|file| file.file_name().to_string_lossy().starts_with(name));
        named
            .map(|file| std::fs::read_to_string(file.path()).unwrap())
            .collect()
    }

    /// An image whose program behaves as these variables say; its digest.
    pub(crate) fn image(&self, env: &[(&str, &str)]) -> String {
        let mark = self.mark();
        let mark = mark.split_once('=').unwrap();
        let env = [env, &[mark]].concat();
        let spec = ImageSpec {
            name: "localhost/orders".to_owned(),
            binary: workload().to_owned(),
            program: "/workload".to_owned(),
            env: env
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            user: "65532:65532".to_owned(),
            ..ImageSpec::default()
        };
        self.store.build_scratch(&spec).unwrap().to_string()
    }

    /// Commits to gitops; answers the commit.
    pub(crate) fn edit(&self, files: &[(&str, Option<String>)]) -> String {
        let mut edits = Edits::new();
        for (path, text) in files {
            match text {
                Some(text) => edits.put(*path, text.as_bytes()),
                None => edits.remove(*path),
            }
        }
        commit(&self.gitops, &edits)
    }

    /// Releases `service` to an environment, as the golden tree has it: base, overlay and release.
    pub(crate) fn release(&self, service: &str, environment: &str, digest: &str) -> String {
        let files = overlay(service, environment, digest);
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), Some(text.clone())))
            .collect();
        self.edit(&files)
    }

    pub(crate) fn config(&self) -> EngineConfig {
        EngineConfig {
            folder: self.folder.path().to_owned(),
            images: self.folder.path().join("images"),
            init: init(),
            standins: Arc::new(Url::default()),
        }
    }

    pub(crate) async fn start(&self) -> Engine {
        Engine::start(self.config()).await.unwrap()
    }
}

fn commit(repository: &Repository, edits: &Edits) -> String {
    let commit = Commit {
        author: Author {
            name: "Test".to_owned(),
            email: "test@acme.example".to_owned(),
        },
        time: Time {
            seconds: 1_700_000_000,
            offset: 0,
        },
        message: "a change".to_owned(),
    };
    let committed = repository
        .commit(repository.head().unwrap(), edits, &commit)
        .unwrap();
    committed.head().unwrap().to_string()
}

/// The files of a service released to an environment.
pub(crate) fn overlay(service: &str, environment: &str, digest: &str) -> BTreeMap<String, String> {
    let folder = format!("apps/{service}/overlays/{environment}");
    let digest = if digest.is_empty() {
        String::new()
    } else {
        format!("images: [{{ name: {service}, newName: localhost/{service}, digest: \"{digest}\" }}]\n")
    };
    BTreeMap::from([
        (
            format!("{folder}/kustomization.yaml"),
            format!(
                "namespace: {environment}\nresources: [release]\nconfigMapGenerator:\n  - name: {service}\n    behavior: merge\n    literals: [ENVIRONMENT={environment}]\n"
            ),
        ),
        (
            format!("{folder}/release/kustomization.yaml"),
            format!("resources: [base]\n{digest}"),
        ),
        (
            format!("{folder}/release/base/kustomization.yaml"),
            format!(
                "resources: [deployment.yaml, service.yaml]\nlabels:\n  - pairs: {{ app.kubernetes.io/name: {service} }}\n    includeTemplates: true\nconfigMapGenerator:\n  - name: {service}\n    literals: [GREETING=hello]\n"
            ),
        ),
        (
            format!("{folder}/release/base/deployment.yaml"),
            deployment(service),
        ),
        (
            format!("{folder}/release/base/service.yaml"),
            format!(
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: {service}\nspec:\n  selector:\n    app.kubernetes.io/name: {service}\n  ports:\n    - name: http\n      port: 8080\n      targetPort: http\n"
            ),
        ),
    ])
}

fn deployment(service: &str) -> String {
    format!(
        r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {service}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: {service}
  strategy:
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {service}
    spec:
      securityContext:
        runAsUser: 65532
        runAsGroup: 65532
      containers:
        - name: {service}
          image: {service}
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: PORT
              value: "8080"
            - name: POD
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
          envFrom:
            - configMapRef:
                name: {service}
          startupProbe:
            httpGet:
              path: /readyz
              port: http
            periodSeconds: 1
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: /readyz
              port: http
            periodSeconds: 5
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            periodSeconds: 10
"#
    )
}

/// A migration of a service, as a hook before its Deployment.
pub(crate) fn migration(service: &str) -> String {
    format!(
        r#"apiVersion: batch/v1
kind: Job
metadata:
  name: {service}-migration
  annotations:
    argocd.argoproj.io/hook: Sync
    argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
    argocd.argoproj.io/sync-wave: "-1"
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: migration
          image: {service}
          args: [migrate]
          env:
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef:
                  name: {service}-database
                  key: url
"#
    )
}

/// Waits until the board is as `wanted`.
pub(crate) async fn until(engine: &Engine, wanted: impl Fn(&Board) -> bool) -> Arc<Board> {
    let mut board = engine.board();
    let waiting = board.wait_for(|board| wanted(board));
    match tokio::time::timeout(DEADLINE, waiting).await {
        Ok(board) => Arc::clone(&board.unwrap()),
        Err(late) => panic!("{late}: {:#?}", engine.board().borrow()),
    }
}

/// What a Service answers to the ingress: status and body.
pub(crate) async fn get(
    engine: &Engine,
    namespace: &str,
    service: &str,
    path: &str,
) -> Result<(u16, String), String> {
    let asked = async {
        let dial = engine.dial();
        let mut stream = dial
            .dial(namespace, service, 8080)
            .await
            .map_err(|error| error.to_string())?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream
            .write_all(request.as_bytes())
            .await
            .map_err(|error| error.to_string())?;
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .await
            .map_err(|error| error.to_string())?;
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .ok_or("no status")?;
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        Ok((status, body.to_owned()))
    };
    tokio::time::timeout(DEADLINE, asked)
        .await
        .expect("an answer in time")
}

/// A Secret for every service, and behind it what answers at this socket, if anything does.
#[derive(Default)]
pub(crate) struct Url {
    pub(crate) socket: Option<PathBuf>,
}

impl StandIns for Url {
    fn secret<'a>(
        &'a self,
        namespace: &'a str,
        name: &'a str,
    ) -> Boxed<'a, Result<Option<BTreeMap<String, String>>, StandInError>> {
        let url = format!("postgres://{namespace}@database/{name}");
        let known = name.ends_with("-database");
        Box::pin(async move { Ok(known.then(|| BTreeMap::from([("url".to_owned(), url)]))) })
    }

    fn database(&self) -> Option<PathBuf> {
        self.socket.clone()
    }
}

/// An engine in a process of its own, killed when it is dropped.
pub(crate) struct Process {
    child: std::process::Child,
    boards: std::io::Lines<std::io::BufReader<std::process::ChildStdout>>,
}

impl Process {
    pub(crate) fn start(platform: &Platform) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_becket-engine-fixture"))
            .arg("run")
            .arg(platform.folder.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        Self { child, boards: lines }
    }

    /// Reads boards until one is as wanted. Who reads waits no longer than the test may take.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Board) -> bool) {
        loop {
            let line = self.boards.next().expect("the engine runs").unwrap();
            if wanted(&serde_json::from_str(&line).unwrap()) {
                return;
            }
        }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until no process of the platform's pods is left.
pub(crate) fn gone(platform: &Platform) {
    let deadline = Instant::now() + DEADLINE;
    while !platform.processes().is_empty() {
        assert!(Instant::now() < deadline, "orphans: {:?}", platform.processes());
        std::thread::yield_now();
    }
}
