//! The arguments of the command line. What a command does is said in its own file under `commands/`.

pub(crate) mod state;
pub(crate) mod test;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// One file describes a platform; Becket compiles it to plain files, links them, and runs the whole on this machine.
#[derive(Debug, Parser)]
#[command(
    name = "becket",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    max_term_width = 110
)]
pub(crate) struct Arguments {
    /// Works as if started in this folder; a second one is relative to the first.
    // Not global: of one before the command and one behind it, the parser would drop the first.
    #[arg(short = 'C', long = "directory", value_name = "DIR")]
    pub directory: Vec<PathBuf>,

    /// How results are printed.
    #[arg(long, value_enum, global = true, default_value_t = Format::Text)]
    pub format: Format,

    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// The folder to work in.
    pub(crate) fn start(&self) -> PathBuf {
        if self.directory.is_empty() {
            return PathBuf::from(".");
        }
        self.directory.iter().collect()
    }
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: one JSON value, or one a line where results keep coming.
    Json,
    /// Findings as SARIF 2.1.0 (`check`).
    Sarif,
    /// Findings as GitHub's workflow commands (`check`).
    Github,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    New(New),
    Check(Check),
    Render(Render),
    Diff(Diff),
    Up(Up),
    /// Stops the platform on this machine; nothing is left running.
    Down,
    Status(Status),
    Logs(Logs),
    Release(Release),
    Promote(Promote),
    Rollback(Rollback),
    Remove(Remove),
    Hold(Hold),
    History(History),
    Explain(Explain),
    #[command(subcommand)]
    Kustomize(Kustomize),
    #[command(subcommand)]
    State(state::State),
    #[command(subcommand)]
    Test(test::Test),
    Completions(Completions),
    #[command(hide = true)]
    Serve(Serve),
    #[command(subcommand, hide = true)]
    Docs(Docs),
}

/// Starts a platform of your own: platform.yaml and one small service that builds.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The platform's name, and the folder that is made.
    pub name: String,
    /// The domain its services are found at.
    #[arg(long, value_name = "DOMAIN")]
    pub domain: String,
}

/// Says what is wrong with platform.yaml and with what is made of it, all at once.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Also lists the references that nobody here can judge.
    #[arg(long)]
    pub unknown: bool,
}

/// Writes the repositories that platform.yaml describes.
#[derive(Debug, Args)]
pub(crate) struct Render {
    /// Writes into this folder, relative to the working directory, as `iac/` and `gitops/`, with the releases so far; without it, commits to the repositories on this machine.
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// Changes nothing; fails when something would change.
    #[arg(long)]
    pub check: bool,
}

/// Shows what render would change; with a service, what a promotion would.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The service to compare between two stages.
    #[arg(requires = "to")]
    pub unit: Option<String>,
    /// The stage that has what would come.
    #[arg(long, value_name = "STAGE", requires = "unit")]
    pub from: Option<String>,
    /// The stage it would come to.
    #[arg(long, value_name = "STAGE", requires = "unit")]
    pub to: Option<String>,
}

/// Builds, renders, checks, commits and runs the platform on this machine.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// The folder of the platform; the same as -C.
    pub folder: Option<PathBuf>,
    /// Returns when this is reached, and leaves the platform running.
    #[arg(long, value_enum)]
    pub until: Option<Until>,
    /// How long to wait for --until.
    #[arg(long, value_name = "TIME", default_value = "120s", value_parser = parse_duration)]
    pub timeout: Duration,
    /// The port on loopback that everything is served at.
    #[arg(long, default_value_t = 8443)]
    pub port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Until {
    /// Every app is synced and healthy.
    Healthy,
}

/// Shows how every app stands.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Shows the objects that are there, as they were applied, in the place of the apps.
    #[arg(long)]
    pub objects: bool,
}

/// Shows what a service wrote to its output.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// The service.
    pub unit: String,
    /// The stage; the lowest without it.
    #[arg(long = "in", value_name = "STAGE")]
    pub stage: Option<String>,
    /// Goes on as lines come.
    #[arg(short, long)]
    pub follow: bool,
    /// How many of the last lines of each pod.
    #[arg(short = 'n', long, default_value_t = 100)]
    pub lines: usize,
}

/// Builds a service and releases it to the lowest stage.
#[derive(Debug, Args)]
pub(crate) struct Release {
    /// The service.
    pub unit: String,
}

/// Copies a release to the next stage: manifests, image and configuration, in one commit.
#[derive(Debug, Args)]
pub(crate) struct Promote {
    /// The service.
    pub unit: String,
    /// The stage it comes from; without it, the lowest that is ahead.
    #[arg(long, value_name = "STAGE")]
    pub from: Option<String>,
    /// The stage it goes to; without it, the next one.
    #[arg(long, value_name = "STAGE")]
    pub to: Option<String>,
    /// Who of the stage's approvers agreed; the commit records it.
    #[arg(long, value_name = "WHO")]
    pub approved_by: Option<String>,
}

/// Restores the release that a stage had before, and holds it there.
#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// The service.
    pub unit: String,
    /// The stage.
    #[arg(long = "in", value_name = "STAGE")]
    pub stage: String,
    /// Why; shown to who would promote over it.
    #[arg(long, value_name = "WHY")]
    pub reason: Option<String>,
}

/// Takes a service's release from a stage, and so its app; what is the stage's own stays.
#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// The service.
    pub unit: String,
    /// The stage.
    #[arg(long = "in", value_name = "STAGE")]
    pub stage: String,
}

/// Keeps a stage as it is until the hold is taken away.
#[derive(Debug, Args)]
pub(crate) struct Hold {
    /// The service.
    pub unit: String,
    /// The stage.
    #[arg(long = "in", value_name = "STAGE")]
    pub stage: String,
    /// Why; shown to who would promote over it.
    #[arg(long, value_name = "WHY", required_unless_present = "end")]
    pub reason: Option<String>,
    /// The last day of the hold, as 2026-12-31.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Takes the hold away.
    #[arg(long, conflicts_with_all = ["reason", "until"])]
    pub end: bool,
}

/// Tells what happened to a service, stage by stage.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// The service.
    pub unit: String,
    /// Only this stage.
    #[arg(long = "in", value_name = "STAGE")]
    pub stage: Option<String>,
}

/// Prints what a rule is about, or lists all.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code of a rule, such as BK0201.
    pub name: Option<String>,
}

/// Kustomize, in process.
#[derive(Debug, Subcommand)]
pub(crate) enum Kustomize {
    /// Prints what `kustomize build` prints, byte for byte.
    Build {
        /// The folder of the kustomization.
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
}

/// Prints a completion script.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell it is for.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Serves a platform that is built and rendered, in this process.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The port on loopback that everything is served at.
    #[arg(long, default_value_t = 8443)]
    pub port: u16,
}

/// Prints what of the documentation comes from the code.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Docs {
    /// The reference of the command line.
    CommandLine,
    /// The chapter on rules.
    Rules,
    /// The JSON Schema of platform.yaml.
    Schema,
}

/// Reads `90s`, `2m`, `1h30m`, or a number of seconds.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time; write it as 90s, 2m or 1h30m");
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    let (mut total, mut number) = (Duration::ZERO, String::new());
    for character in text.chars() {
        if character.is_ascii_digit() {
            number.push(character);
            continue;
        }
        let seconds = match character {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return Err(wrong()),
        };
        let count: u64 = number.parse().map_err(|_| wrong())?;
        let part = Duration::from_secs(count.checked_mul(seconds).ok_or_else(wrong)?);
        total = total.checked_add(part).ok_or_else(wrong)?;
        number.clear();
    }
    if number.is_empty() && !text.is_empty() {
        Ok(total)
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::path::Path;

    #[test]
    fn the_arguments_hold_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn folders_are_relative_to_the_one_before() {
        for (typed, start) in [
            ("becket down", "."),
            ("becket -C shop down", "shop"),
            ("becket -C examples -C shop down", "examples/shop"),
            ("becket -C examples -C /shop down", "/shop"),
        ] {
            let arguments = Arguments::try_parse_from(typed.split(' ')).unwrap();
            assert_eq!(arguments.start(), Path::new(start), "{typed}");
        }
        // An alias with a folder makes this one easy to type: it must not go elsewhere than it says.
        let late = ["becket", "-C", "examples", "down", "-C", "shop"];
        assert!(Arguments::try_parse_from(late).is_err());
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        let seconds = |text| parse_duration(text).map(|time| time.as_secs());
        assert_eq!(seconds("60s"), Ok(60));
        assert_eq!(seconds("45"), Ok(45));
        assert_eq!(seconds("1h30m"), Ok(5400));
        for wrong in ["", "s", "1x", "1h30", "99999999999999999999h"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
