//! `test infra`: applies the roots of Terraform to a local AWS with the real provider, plans again, changes zones and node
//! groups, destroys, and looks for leftovers.
//!
//! Nothing is reached but the local AWS. Who stops it stops the moto that was started for it, and with it goes all that was
//! made.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::folder::Work;
use super::laid;
use super::local_aws::{LocalAws, find};
use super::report::Report;
use super::run::Run;
use super::subject::Subject;
use super::terraform::Terraform;
use crate::cli::test::Infra;
use crate::error::{CommandError, Kind};
use crate::folder::{Folder, unwritable};
use crate::output::Output;
use crate::platform::Read;
use crate::runtime::runtime;
use crate::signals::Signals;

pub(crate) fn run(folder: &Folder, arguments: &Infra, output: Output) -> Result<(), CommandError> {
    let read = Read::of(folder, output)?;
    let subject = Subject::of(&read, arguments)?;
    let program = program(arguments, &read)?;
    let provider = read
        .platform()?
        .capabilities
        .provider("local-aws")
        .unwrap_or_default();
    let temporary = tempfile::Builder::new().prefix("becket-test-infra-").tempdir();
    let mut temporary = temporary.map_err(|error| unwritable(&std::env::temp_dir(), &error))?;
    if arguments.keep {
        temporary.disable_cleanup(true);
        output.progress(format!("working in {}", temporary.path().display()));
    }
    let report = Report::new(output);
    runtime()?.block_on(async {
        let mut signals = Signals::new()?;
        tokio::select! {
            done = test(&subject, arguments, program, provider, temporary.path(), &report) => done,
            () = signals.stop() => {
                report.finish();
                Err(CommandError::machine(match &arguments.local_aws {
                    Some(url) => format!("stopped; what was made is still at {url}"),
                    None => "stopped; what was made went with the local AWS".to_owned(),
                }))
            }
        }
    })
}

/// What applies: what was named, else the platform's.
fn program(arguments: &Infra, read: &Read) -> Result<PathBuf, CommandError> {
    let name = match &arguments.tool {
        Some(tool) if tool.components().count() > 1 => {
            let path = tool.canonicalize();
            return path.map_err(|error| CommandError::usage(format!("{}: {error}", tool.display())));
        }
        Some(tool) => tool.to_string_lossy().into_owned(),
        None => match read.platform()?.capabilities.provider("iac") {
            Some("opentofu") => "tofu".to_owned(),
            _ => "terraform".to_owned(),
        },
    };
    let other = if name == "tofu" { "terraform" } else { "tofu" };
    find(&name).ok_or_else(|| {
        let error = CommandError::machine(format!("there is no `{name}` on the PATH"));
        match find(other) {
            Some(_) => error.hint(format!("there is `{other}`: becket test infra --tool {other}")),
            None => error.hint("install Terraform or OpenTofu: https://opentofu.org/docs/intro/install"),
        }
    })
}

async fn test(
    subject: &Subject,
    arguments: &Infra,
    program: PathBuf,
    provider: &str,
    folder: &Path,
    report: &Report,
) -> Result<(), CommandError> {
    let cache = std::env::home_dir().unwrap_or_default().join(".cache/becket");
    let mut aws = match (&arguments.local_aws, provider) {
        (Some(url), _) => LocalAws::at(url)?,
        (None, "localstack") => {
            return Err(CommandError::usage("LocalStack is not started here")
                .hint("docker run --rm -p 127.0.0.1:4566:4566 localstack/localstack:4.14.0")
                .hint("then: becket test infra --local-aws http://127.0.0.1:4566"));
        }
        (None, _) => {
            let server = laid::server(&subject.iac);
            LocalAws::moto(folder, &cache, &server, &mut |text| report.say(text)).await?
        }
    };
    aws.answers().await?;
    let terraform = Terraform::new(program, &cache, aws.endpoint.clone())?;
    report.say(&format!(
        "{provider} at {}, {}",
        aws.endpoint,
        terraform.version().await?
    ));
    for root in &subject.left_out {
        let why = root.left_out.as_deref().unwrap_or_default();
        report.say(&format!("not applied: {}: {why}", root.path));
        report.line_for_programs(&json!({ "step": "left out", "root": root.path, "why": why }));
    }
    let run = Run {
        subject,
        terraform,
        report,
        work: Work::new(folder.to_owned()),
        outputs: std::cell::RefCell::default(),
        jobs: usize::from(arguments.jobs),
    };
    let done = run.all().await;
    // Where it has ended, everything else is what came of that.
    aws.still_runs()?;
    done?;
    report.finish();
    summary(subject, report)
}

fn summary(subject: &Subject, report: &Report) -> Result<(), CommandError> {
    let (roots, seconds) = (subject.roots.len(), report.seconds());
    if report.count() > 0 {
        let text = format!(
            "{} of what was expected of {roots} roots is not so",
            report.count()
        );
        return Err(CommandError::new(Kind::Findings, text));
    }
    let text = format!(
        "{roots} roots applied, planned to no change, changed and destroyed in {seconds} s; nothing is left"
    );
    report.result(
        &text,
        &json!({ "roots": roots, "left_out": subject.left_out.len(), "seconds": seconds, "findings": 0 }),
    );
    Ok(())
}
