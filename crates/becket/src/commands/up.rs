//! `up`: builds, renders, checks, commits and runs the platform on this machine.
//!
//! Without `--until` it stays in the terminal and stops the platform with Ctrl-C. With it, the platform runs in a
//! process of its own, and the command returns when what was waited for is reached. Where the platform runs already,
//! what changed in its files is built, rendered and committed, and the running engine takes it from Git.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use becket_engine::status::Board;
use becket_release::{Image, Stages};

use crate::cli::{Until, Up};
use crate::error::{CommandError, Kind};
use crate::folder::{Folder, today};
use crate::host::{Host, Places};
use crate::output::Output;
use crate::platform::Read;
use crate::running::Running;
use crate::runtime::runtime;
use crate::signals::Signals;
use crate::watch::Watch;
use crate::{images, repositories, steps};

/// How long a process of its own may take until it answers.
const START: Duration = Duration::from_mins(1);

pub(crate) fn run(folder: &Folder, arguments: &Up, output: Output) -> Result<(), CommandError> {
    let read = Read::of(folder, output)?;
    prepare(folder, &read, output)?;
    if let Some(running) = Running::find(folder)? {
        output.progress(format!("already running, in process {}", running.pid()));
        if arguments.until.is_some() {
            return wait(folder, &running, &read, arguments.timeout, output);
        }
        tell(
            &Places::of(folder, read.platform()?, running.port().unwrap_or(arguments.port)),
            output,
        );
        return follow(&running, output);
    }
    match arguments.until {
        None => stay(folder, &read, arguments.port, output).or_else(|error| {
            // Another `up` was quicker.
            let running = other(folder).ok_or(error)?;
            output.progress(format!("already running, in process {}", running.pid()));
            follow(&running, output)
        }),
        Some(Until::Healthy) => {
            let running = start(folder, arguments.port)?;
            wait(folder, &running, &read, arguments.timeout, output)
        }
    }
}

/// Everything before the engine: images, repositories, the first releases.
fn prepare(folder: &Folder, read: &Read, output: Output) -> Result<(), CommandError> {
    let (platform, stages) = (read.platform()?, read.stages()?);
    let rendered = repositories::render(read)?;
    let mut checked = repositories::check(folder, read, &rendered)?;
    repositories::stop_on_errors(&mut checked, output)?;
    let waiting = unreleased(folder, platform, &stages)?;
    let images = if waiting.is_empty() {
        BTreeMap::new()
    } else {
        images::build(folder, platform, &waiting, output)?
    };
    read.keep_lock(folder)?;
    match repositories::commit(folder, &rendered)? {
        Ok(changed) if changed.is_empty() => {}
        Ok(changed) => output.progress(format!("rendered: {}", changed.join(", "))),
        Err(mut findings) => {
            output.findings(&mut findings, &checked.files);
            return Err(CommandError::shown());
        }
    }
    if images.is_empty() {
        return Ok(());
    }
    let releases: Vec<(String, Image)> = images.into_iter().collect();
    let taken = steps::take(folder, |files| {
        becket_release::first(files, &stages, &releases, today())
    })?;
    output.progress(taken.outcome.step.subject());
    Ok(())
}

/// The services that are released to no stage.
fn unreleased(
    folder: &Folder,
    platform: &becket_platform::Platform,
    stages: &Stages,
) -> Result<Vec<String>, CommandError> {
    let files = folder.committed("gitops")?;
    let names = platform.services.keys().map(ToString::to_string);
    let anywhere = |name: &String| {
        stages
            .iter()
            .any(|stage| files.has_folder(&becket_release::release_folder(name, stage)))
    };
    Ok(names.filter(|name| !anywhere(name)).collect())
}

/// Serves in this process, until it is told to stop.
fn stay(folder: &Folder, read: &Read, port: u16, output: Output) -> Result<(), CommandError> {
    let (platform, stages) = (read.platform()?, read.stages()?);
    runtime()?.block_on(async {
        let mut signals = Signals::new()?;
        let start = Host::start(folder, platform, &stages, port, |text| output.progress(text));
        let told = || output.progress("stopping once it has started; Ctrl-C again does not wait");
        let Some(host) = signals.through(start, told).await else {
            return Ok(());
        };
        let host = host?;
        let mut boards = host.engine.board();
        let mut watch = Watch::starting(output);
        loop {
            if watch.show(&boards.borrow_and_update().clone()) {
                tell(&host.places, output);
                output.progress("Ctrl-C stops it.");
            }
            tokio::select! {
                () = signals.stop() => break,
                () = host.engine.asked_to_stop() => break,
                changed = boards.changed() => if changed.is_err() { break },
            }
        }
        watch.say("stopping");
        host.stop().await;
        Ok(())
    })
}

/// The engine that another process has begun to start, once it serves; none where no other process has the platform.
fn other(folder: &Folder) -> Option<Running> {
    let deadline = Instant::now() + START;
    while becket_engine::running(&folder.state()).is_some() && Instant::now() < deadline {
        if let Ok(Some(running)) = Running::find(folder)
            && running.port().is_some()
        {
            return Some(running);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}

/// Starts a process of its own that serves, and answers when it does.
fn start(folder: &Folder, port: u16) -> Result<Running, CommandError> {
    let state = folder.prepare_state()?;
    let run = state.join("run");
    std::fs::create_dir_all(&run).map_err(|error| crate::folder::unwritable(&run, &error))?;
    let log = run.join("engine.log");
    let file = std::fs::File::create(&log).map_err(|error| crate::folder::unwritable(&log, &error))?;
    let errors = file
        .try_clone()
        .map_err(|error| crate::folder::unwritable(&log, &error))?;
    let program = std::env::current_exe().map_err(|error| CommandError::machine(&error))?;
    let mut child = Command::new(program)
        .arg("-C")
        .arg(folder.path())
        .args(["serve", "--port", &port.to_string()])
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(errors)
        // The terminal's Ctrl-C is not for it.
        .process_group(0)
        .spawn()
        .map_err(|error| CommandError::machine(format!("cannot start the engine: {error}")))?;
    let deadline = Instant::now() + START;
    loop {
        // It has its port once everything is served.
        if let Ok(Some(running)) = Running::find(folder)
            && running.port().is_some()
        {
            return Ok(running);
        }
        if let Ok(Some(_)) = child.try_wait() {
            if let Some(running) = other(folder) {
                return Ok(running);
            }
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            let said = said.trim().trim_start_matches("error: ").to_owned();
            return Err(CommandError::machine(said));
        }
        if Instant::now() > deadline {
            drop(child.kill());
            drop(child.wait());
            return Err(CommandError::machine("the engine does not answer")
                .hint(format!("look at {}", log.display())));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until every app is synced and healthy, shows how it goes, and tells where to look.
fn wait(
    folder: &Folder,
    running: &Running,
    read: &Read,
    timeout: Duration,
    output: Output,
) -> Result<(), CommandError> {
    let mut watch = Watch::starting(output);
    let mut last = Board::default();
    let reached = running.boards(Some(timeout), &mut |board| {
        last = board.clone();
        watch.show(board)
    })?;
    drop(watch);
    if !reached {
        let text = format!(
            "not healthy within {} s:\n  {}",
            timeout.as_secs(),
            last.complaints().join("\n  ")
        );
        return Err(CommandError::new(Kind::Findings, text)
            .hint("becket status")
            .hint("becket logs SERVICE --in STAGE"));
    }
    if let Some(port) = running.port() {
        tell(&Places::of(folder, read.platform()?, port), output);
    }
    Ok(())
}

/// Follows what runs in another process, until Ctrl-C; it goes on without us.
fn follow(running: &Running, output: Output) -> Result<(), CommandError> {
    let mut watch = Watch::running(output);
    output.progress("following it; Ctrl-C leaves it running, `becket down` stops it");
    let following = running.boards(None, &mut |board| {
        watch.show(board);
        false
    });
    following.map(drop)
}

/// Where to look.
fn tell(places: &Places, output: Output) {
    let mut lines = vec![format!("console     {}", places.console)];
    for (stage, unit, url) in &places.services {
        lines.push(format!("{stage:<11} {url}  ({unit})"));
    }
    lines.push(format!("repository  git clone {}", places.repository.display()));
    lines.push(format!(
        "certificate curl --cacert {} …",
        places.certificate.display()
    ));
    let services: Vec<_> = places
        .services
        .iter()
        .map(|(stage, unit, url)| serde_json::json!({ "stage": stage, "unit": unit, "url": url }))
        .collect();
    output.result(
        lines.join("\n"),
        &serde_json::json!({
            "console": places.console, "services": services,
            "repository": places.repository, "certificate": places.certificate,
        }),
    );
}
