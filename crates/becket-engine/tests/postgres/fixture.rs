//! Stands in for the program that runs PostgreSQL in tests: a test's own `main` is not ours. With
//! `hold FOLDER [CACHE]` it is an engine of its own that runs an instance until it is killed.

use std::process::ExitCode;

use becket_engine::postgres::{self, Options, Postgres};

fn main() -> ExitCode {
    if let Some(done) = postgres::main_if_asked() {
        return done;
    }
    let mut arguments = std::env::args_os().skip(1);
    let (Some(word), Some(folder)) = (arguments.next(), arguments.next()) else {
        return ExitCode::FAILURE;
    };
    if word != "hold" {
        return ExitCode::FAILURE;
    }
    let options = Options {
        folder: folder.into(),
        cache: arguments.next().map(Into::into),
        program: "/proc/self/exe".into(),
    };
    let Ok(runtime) = tokio::runtime::Runtime::new() else {
        return ExitCode::FAILURE;
    };
    runtime.block_on(async {
        let Ok(postgres) = Postgres::start(&options, |_| {}).await else {
            return ExitCode::FAILURE;
        };
        // Whoever started this reads the line and kills it.
        let line = format!("{}\n", postgres.pid());
        if std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes()).is_err() {
            return ExitCode::FAILURE;
        }
        std::future::pending().await
    })
}
