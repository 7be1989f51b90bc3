//! A program for tests: the pod's own processes, and a stand-in for an engine that can be killed.

#![expect(clippy::print_stderr, reason = "tests read why it failed")]

use std::path::PathBuf;
use std::process::ExitCode;

use becket_pod::{ContainerSpec, Pod, PodSpec};

fn main() -> ExitCode {
    if let Some(code) = becket_pod::init::main_if_asked() {
        return code;
    }
    let Some(root) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return ExitCode::from(2);
    };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::from(3);
    };
    match runtime.block_on(hold(root)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a pod with a family of processes until killed; the folder `pid` next to the root tells that it runs.
async fn hold(root: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    let told = root.with_extension("pid");
    let pod = Pod::start(PodSpec {
        id: "held".to_owned(),
        hostname: "held".to_owned(),
        ..PodSpec::default()
    })
    .await?;
    let command = ["/workload", "family"].map(str::to_owned).to_vec();
    let container = pod
        .run(ContainerSpec {
            name: "family".to_owned(),
            root,
            command,
            ..ContainerSpec::default()
        })
        .await?;
    std::fs::write(told.with_extension("new"), pod.pid().to_string())?;
    std::fs::rename(told.with_extension("new"), told)?;
    container.wait().await;
    Ok(())
}
