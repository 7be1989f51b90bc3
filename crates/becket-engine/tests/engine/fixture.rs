//! Stands in for the program that runs an engine in tests: a test's own `main` is not ours. With `run FOLDER` it is an
//! engine of its own that runs until it is killed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use becket_engine::standin::{Boxed, StandInError, StandIns};
use becket_engine::{Engine, EngineConfig};

fn main() -> ExitCode {
    if let Some(done) = becket_pod::init::main_if_asked() {
        return done;
    }
    let mut arguments = std::env::args_os().skip(1);
    let (Some(word), Some(folder)) = (arguments.next(), arguments.next()) else {
        return ExitCode::FAILURE;
    };
    if word != "run" {
        return ExitCode::FAILURE;
    }
    let Ok(runtime) = tokio::runtime::Runtime::new() else {
        return ExitCode::FAILURE;
    };
    runtime.block_on(run(Path::new(&folder)))
}

async fn run(folder: &Path) -> ExitCode {
    let config = EngineConfig {
        folder: folder.to_owned(),
        images: folder.join("images"),
        init: becket_pod::Init::Itself,
        standins: Arc::new(Url),
    };
    let Ok(engine) = Engine::start(config).await else {
        return ExitCode::FAILURE;
    };
    let mut board = engine.board();
    while board.changed().await.is_ok() {
        // Whoever started this reads a board per line.
        let text = serde_json::to_string(board.borrow_and_update().as_ref()).unwrap_or_default();
        let line = format!("{text}\n");
        if std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes()).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// A Secret for every service, and no database behind it.
struct Url;

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
        None
    }
}
