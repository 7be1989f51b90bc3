//! Figures of pods on this machine: start, connections, memory. Takes the static program of `tests/workload`.

#![expect(clippy::print_stdout, reason = "figures are for reading")]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use becket_pod::{ContainerSpec, LogSpec, Pod, PodSpec};
use tokio::io::AsyncReadExt as _;

const STARTS: usize = 30;
const CONNECTIONS: u32 = 5000;

fn main() -> ExitCode {
    if let Some(code) = becket_pod::init::main_if_asked() {
        return code;
    }
    let Some(program) = std::env::args_os().nth(1).map(PathBuf::from) else {
        println!("usage: figures <the static program of tests/workload>");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Runtime::new();
    match runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(figures(program)))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn figures(program: PathBuf) -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("becket-pod-figures-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("root"))?;
    std::fs::copy(program, folder.join("root/workload"))?;
    let container = || ContainerSpec {
        name: "listen".to_owned(),
        root: folder.join("root"),
        command: ["/workload", "listen", "0.0.0.0:8080"]
            .map(str::to_owned)
            .to_vec(),
        user: 65532,
        group: 65532,
        log: LogSpec {
            path: folder.join("log"),
            max_bytes: 0,
        },
        ..ContainerSpec::default()
    };
    let spec = || PodSpec {
        id: "figures".to_owned(),
        hostname: "figures".to_owned(),
        ..PodSpec::default()
    };

    let (mut made, mut started, mut accepted, mut stopped) = (vec![], vec![], vec![], vec![]);
    for _ in 0..STARTS {
        let begin = Instant::now();
        let pod = Pod::start(spec()).await?;
        made.push(begin.elapsed());
        pod.run(container()).await?;
        started.push(begin.elapsed());
        while pod.connect(8080).await.is_err() {
            tokio::task::yield_now().await;
        }
        accepted.push(begin.elapsed());
        let begin = Instant::now();
        pod.stop(Duration::from_secs(10)).await;
        stopped.push(begin.elapsed());
    }
    for (what, times) in [
        ("namespaces made", &mut made),
        ("program started", &mut started),
        ("first connection accepted", &mut accepted),
        ("stopped, nothing left", &mut stopped),
    ] {
        times.sort_unstable();
        println!(
            "{what}: median {:.1?}, slowest {:.1?}",
            times[times.len() / 2],
            times[times.len() - 1]
        );
    }

    let pod = Pod::start(spec()).await?;
    let listening = pod.run(container()).await?;
    listening.written(0).await;
    let begin = Instant::now();
    for _ in 0..CONNECTIONS {
        let mut answer = Vec::new();
        pod.connect(8080).await?.read_to_end(&mut answer).await?;
    }
    println!(
        "connections one after another: {:.0}/s",
        f64::from(CONNECTIONS) / begin.elapsed().as_secs_f64()
    );
    let status = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", pod.pid()))?;
    for line in status.lines().filter(|line| {
        ["Rss:", "Pss:", "Private_Dirty:"]
            .iter()
            .any(|at| line.starts_with(at))
    }) {
        println!("first process {line}");
    }
    pod.kill().await;

    let begin = Instant::now();
    let starts = (0..STARTS).map(|_| {
        let (spec, container) = (spec(), container());
        tokio::spawn(async move {
            let pod = Pod::start(spec).await?;
            pod.run(container).await?;
            while pod.connect(8080).await.is_err() {
                tokio::task::yield_now().await;
            }
            Ok::<_, becket_pod::PodError>(pod)
        })
    });
    let starts: Vec<_> = starts.collect();
    let mut pods = Vec::new();
    for start in starts {
        pods.push(start.await??);
    }
    println!("{STARTS} pods at once, all accepting: {:.1?}", begin.elapsed());
    drop(pods);
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
