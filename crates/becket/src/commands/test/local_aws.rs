//! The local AWS that a test runs against: moto, started for it, or what already answers at an address.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use becket_source::FileSet;
use hyper::Uri;

use super::process::{Group, command};
use crate::error::CommandError;
use crate::folder::unwritable;

/// The moto that is installed where there is none, as pip has it: the one that the rendered workflow installs.
const MOTO: &str =
    include_str!("../../../../../catalog/version-control/github/iac/.github/requirements/moto.txt")
        .trim_ascii();

/// How long moto may take until it answers.
const START: Duration = Duration::from_mins(1);

/// How long a local AWS that runs already may take to take a connection.
const ANSWER: Duration = Duration::from_secs(5);

/// What AWS itself answers at.
const AWS: [&str; 4] = ["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", ".api.aws"];

/// A local AWS.
#[derive(Debug)]
pub(super) struct LocalAws {
    pub endpoint: String,
    moto: Option<(Group, PathBuf)>,
}

impl LocalAws {
    /// What answers at `url` already.
    pub(super) fn at(url: &str) -> Result<Self, CommandError> {
        let wrong = || {
            CommandError::usage(format!("{url} is no address of a local AWS"))
                .hint("name one such as http://127.0.0.1:4566")
        };
        let endpoint: Uri = url.parse().map_err(|_| wrong())?;
        let is_plain = matches!(endpoint.scheme_str(), Some("http" | "https")) && endpoint.query().is_none();
        let host = endpoint
            .host()
            .unwrap_or_default()
            .trim_end_matches('.')
            .to_ascii_lowercase();
        if !is_plain || host.is_empty() || AWS.iter().any(|domain| host.ends_with(domain)) {
            return Err(wrong());
        }
        Ok(Self {
            endpoint: url.trim_end_matches('/').to_owned(),
            moto: None,
        })
    }

    /// An error where nothing answers: Terraform would try for minutes.
    pub(super) async fn answers(&self) -> Result<(), CommandError> {
        let endpoint: Uri = self.endpoint.parse().unwrap_or_default();
        let usual = if endpoint.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        let host = endpoint.host().unwrap_or_default().trim_matches(['[', ']']);
        let address = (host, endpoint.port_u16().unwrap_or(usual));
        match tokio::time::timeout(ANSWER, tokio::net::TcpStream::connect(address)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(
                CommandError::machine(format!("no local AWS answers at {}", self.endpoint))
                    .hint("start it, or leave --local-aws out: moto is started then"),
            ),
        }
    }

    /// Starts moto on a free port, with its log in `folder` and what Python runs before it from `server`. `progress` is told
    /// of what takes long.
    pub(super) async fn moto(
        folder: &Path,
        cache: &Path,
        server: &FileSet,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, CommandError> {
        let program = match find("moto_server") {
            Some(program) => program,
            None => install(cache, progress).await?,
        };
        let port = free_port()?;
        let log = folder.join("moto.log");
        let file = std::fs::File::create(&log).map_err(|error| unwritable(&log, &error))?;
        let errors = file.try_clone().map_err(|error| unwritable(&log, &error))?;
        let python = folder.join("python");
        std::fs::create_dir_all(&python).map_err(|error| unwritable(&python, &error))?;
        for (name, contents) in server.iter() {
            let file = python.join(name);
            std::fs::write(&file, contents).map_err(|error| unwritable(&file, &error))?;
        }
        let further = std::env::var_os("PYTHONPATH").unwrap_or_default();
        let further = std::env::split_paths(&further).filter(|path| !path.as_os_str().is_empty());
        let paths = std::env::join_paths(std::iter::once(python).chain(further))
            .map_err(|error| CommandError::machine(format!("PYTHONPATH: {error}")))?;
        let mut command = command(program.as_os_str());
        command
            .env("PYTHONPATH", paths)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            // AWS' own policies, such as AdministratorAccess, are there without being made.
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors);
        let group = Group::spawn(&mut command)
            .map_err(|error| CommandError::machine(format!("cannot start {}: {error}", program.display())))?;
        let mut aws = Self {
            endpoint: format!("http://127.0.0.1:{port}"),
            moto: Some((group, log)),
        };
        let deadline = Instant::now() + START;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            aws.still_runs()?;
            if Instant::now() > deadline {
                return Err(CommandError::machine(format!(
                    "moto does not answer at {}",
                    aws.endpoint
                )));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(aws)
    }

    /// An error where moto has ended.
    pub(super) fn still_runs(&mut self) -> Result<(), CommandError> {
        let Some((group, log)) = &mut self.moto else {
            return Ok(());
        };
        let Ok(Some(status)) = group.child.try_wait() else {
            return Ok(());
        };
        let said = std::fs::read_to_string(log).unwrap_or_default();
        let last = said
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let error = CommandError::machine(format!("moto ended with {status}: {last}"));
        Err(if said.contains("No module named") {
            error.hint("moto's server needs more than moto: pip install 'moto[server]'")
        } else {
            error.hint("another process may have taken its port; try again")
        })
    }
}

/// Installs moto into an environment of its own in `cache`, unless it is there.
async fn install(cache: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, CommandError> {
    let home = cache.join(MOTO.replace("[server]==", "-"));
    let (program, done) = (home.join("bin/moto_server"), home.join(".complete"));
    if done.exists() {
        return Ok(program);
    }
    let python = find("python3").ok_or_else(|| {
        CommandError::machine(
            "moto, the local AWS, is not installed, and neither is python3 to install it with",
        )
        .hint("install python3, or moto itself: pip install 'moto[server]'")
        .hint("or name a local AWS that runs: --local-aws URL")
    })?;
    progress(&format!("installing {MOTO} into {}", home.display()));
    run(&python, &["-m", "venv", &home.to_string_lossy()]).await?;
    run(
        &home.join("bin/pip"),
        &["install", "--quiet", "--disable-pip-version-check", MOTO],
    )
    .await?;
    std::fs::write(&done, "").map_err(|error| unwritable(&done, &error))?;
    Ok(program)
}

async fn run(program: &Path, arguments: &[&str]) -> Result<(), CommandError> {
    let failed = |why: &dyn std::fmt::Display| {
        CommandError::machine(format!(
            "cannot install moto: {} {}: {why}",
            program.display(),
            arguments.join(" ")
        ))
        .hint("install it by hand: pip install 'moto[server]'")
    };
    let mut command = command(program.as_os_str());
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut group = Group::spawn(&mut command).map_err(|error| failed(&error))?;
    let mut said = String::new();
    if let Some(mut stderr) = group.child.stderr.take() {
        let read = tokio::io::AsyncReadExt::read_to_string(&mut stderr, &mut said).await;
        read.map_err(|error| failed(&error))?;
    }
    let status = group.child.wait().await.map_err(|error| failed(&error))?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(&said.trim()))
    }
}

/// The program `name` on the `PATH`.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn free_port() -> Result<u16, CommandError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let address =
        listener.map_err(|error| CommandError::machine(format!("there is no free port: {error}")))?;
    Ok(address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_itself_is_no_local_one() {
        assert_eq!(
            LocalAws::at("http://127.0.0.1:4566/").unwrap().endpoint,
            "http://127.0.0.1:4566"
        );
        assert_eq!(
            LocalAws::at("http://[::1]:4566").unwrap().endpoint,
            "http://[::1]:4566"
        );
        for wrong in [
            "https://sts.eu-west-1.amazonaws.com",
            "https://STS.amazonAWS.com.",
            "https://user@sts.amazonaws.com:443/",
            "https://sts.amazonaws.com?x",
            "https://s3.dualstack.eu-west-1.api.aws",
            "127.0.0.1:4566",
            "ftp://127.0.0.1",
            "http://",
            "",
        ] {
            assert!(LocalAws::at(wrong).is_err(), "{wrong}");
        }
    }
}
