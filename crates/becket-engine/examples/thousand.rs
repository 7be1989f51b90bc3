//! Takes figures: a thousand Applications without pods pushed at once, then one changed; time and memory.

#![expect(clippy::print_stdout, reason = "figures are printed")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use becket_engine::standin::Nothing;
use becket_engine::{Engine, EngineConfig};
use becket_git::{Author, Commit, CommitId, Edits, Repository, Time};

fn main() -> Result<(), Box<dyn Error>> {
    if becket_pod::init::main_if_asked().is_some() {
        return Ok(());
    }
    tokio::runtime::Runtime::new()?.block_on(run())
}

async fn run() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(1000), |count| count.parse())?;
    let folder = tempfile::tempdir()?;
    let git = folder.path().join("git");
    let (iac, gitops) = (
        Repository::open_or_init(git.join("iac.git"))?,
        Repository::open_or_init(git.join("gitops.git"))?,
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../becket-argocd/tests/iac/ansible/root");
    let mut edits = Edits::new();
    for file in [
        "Chart.yaml",
        "values.yaml",
        "values-prod.yaml",
        "templates/projects.yaml",
        "templates/stack.yaml",
    ] {
        edits.put(format!("ansible/root/{file}"), std::fs::read(root.join(file))?);
    }
    commit(&iac, &edits)?;
    let mut edits = Edits::new();
    edits.put("README.md", b"storefront".as_slice());
    commit(&gitops, &edits)?;
    let engine = Engine::start(EngineConfig {
        folder: folder.path().to_owned(),
        images: folder.path().join("images"),
        init: becket_pod::Init::Itself,
        standins: Arc::new(Nothing),
    })
    .await?;
    engine.until_healthy(Duration::from_secs(10)).await?;
    println!("idle: {} MB", memory());

    let mut edits = Edits::new();
    for number in 0..count {
        app(&mut edits, &format!("service-{number}"), "1");
    }
    let begun = Instant::now();
    let head = commit(&gitops, &edits)?;
    println!("committed in {} ms", begun.elapsed().as_millis());
    synced(&engine, head, count).await?;
    println!(
        "{count} apps synced {} ms after the push began; {} MB",
        begun.elapsed().as_millis(),
        memory()
    );

    let mut edits = Edits::new();
    app(&mut edits, "service-7", "2");
    let begun = Instant::now();
    let head = commit(&gitops, &edits)?;
    synced(&engine, head, count).await?;
    println!(
        "one of {count} apps synced {} ms after its push began",
        begun.elapsed().as_millis()
    );
    println!("overlays built: {}", engine.board().borrow().builds);
    engine.shutdown().await;
    Ok(())
}

fn app(edits: &mut Edits, name: &str, value: &str) {
    let folder = format!("apps/{name}/overlays/dev");
    let service = format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  selector:\n    app.kubernetes.io/name: {name}\n  ports:\n    - port: 8080\n"
    );
    let base = format!(
        "resources: [service.yaml]\nconfigMapGenerator: [{{ name: {name}, literals: [VALUE={value}] }}]\nlabels: [{{ pairs: {{ app.kubernetes.io/name: {name} }} }}]\n"
    );
    for (path, text) in [
        (
            "kustomization.yaml",
            "namespace: dev\nresources: [release]\n".to_owned(),
        ),
        ("release/kustomization.yaml", "resources: [base]\n".to_owned()),
        ("release/base/kustomization.yaml", base),
        ("release/base/service.yaml", service),
    ] {
        edits.put(format!("{folder}/{path}"), text.into_bytes());
    }
}

fn commit(repository: &Repository, edits: &Edits) -> Result<CommitId, Box<dyn Error>> {
    let commit = Commit {
        author: Author {
            name: "Figures".to_owned(),
            email: "figures@acme.example".to_owned(),
        },
        time: Time {
            seconds: 1_700_000_000,
            offset: 0,
        },
        message: "a change".to_owned(),
    };
    let committed = repository.commit(repository.head()?, edits, &commit)?;
    committed.head().ok_or_else(|| "nothing was committed".into())
}

async fn synced(engine: &Engine, head: CommitId, count: usize) -> Result<(), Box<dyn Error>> {
    let head = head.to_string();
    let mut board = engine.board();
    board
        .wait_for(|board| board.revision == head && board.apps.len() == count && board.is_healthy())
        .await?;
    Ok(())
}

/// What this process holds, in megabytes.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
