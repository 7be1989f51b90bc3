//! The command line of Becket: arguments, terminal, exit codes, and the wiring of the crates that do the work.

mod cli;
mod commands;
mod error;
mod family;
mod folder;
mod host;
mod images;
mod output;
mod platform;
mod repositories;
mod rules;
mod running;
mod runtime;
mod signals;
mod steps;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Arguments, Command};
use crate::error::CommandError;
use crate::folder::Folder;
use crate::output::Output;

fn main() -> ExitCode {
    // A pod's own processes, PostgreSQL's supervisor, and what ends with its parent are this program started again. It
    // must be first: some enter namespaces, which a process with threads cannot.
    if let Some(code) = becket_pod::init::main_if_asked()
        .or_else(becket_engine::postgres::main_if_asked)
        .or_else(commands::test::process::main_if_asked)
    {
        return code;
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            drop(error.print());
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let output = Output {
        format: arguments.format,
    };
    let done = run(&arguments, output).and_then(|()| match output::failed() {
        Some(why) => Err(CommandError::machine(format!("cannot write the result: {why}"))),
        None => Ok(()),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error);
            error.exit_code()
        }
    }
}

fn run(arguments: &Arguments, output: Output) -> Result<(), CommandError> {
    let start = arguments.start();
    let folder = || Folder::open(&start);
    match &arguments.command {
        Command::New(new) => commands::new::run(&start, new, output),
        Command::Check(check) => commands::check::run(&folder()?, check, output),
        Command::Render(render) => commands::render::run(&folder()?, render, output),
        Command::Diff(diff) => commands::diff::run(&folder()?, diff, output),
        Command::Up(up) => {
            let named = up.folder.as_ref().map(|folder| start.join(folder));
            commands::up::run(&Folder::open(&named.unwrap_or(start))?, up, output)
        }
        Command::Serve(serve) => commands::serve::run(&folder()?, serve, output),
        Command::Down => commands::down::run(&folder()?, output),
        Command::Status(status) => commands::status::run(&folder()?, status, output),
        Command::Logs(logs) => commands::logs::run(&folder()?, logs, output),
        Command::Release(release) => commands::release::run(&folder()?, release, output),
        Command::Promote(promote) => commands::promote::run(&folder()?, promote, output),
        Command::Rollback(rollback) => commands::rollback::run(&folder()?, rollback, output),
        Command::Remove(remove) => commands::remove::run(&folder()?, remove, output),
        Command::Hold(hold) => commands::hold::run(&folder()?, hold, output),
        Command::History(history) => commands::history::run(&folder()?, history, output),
        Command::Explain(explain) => commands::explain::run(explain, output),
        Command::Kustomize(kustomize) => commands::kustomize::run(&start, kustomize, output),
        Command::State(state) => commands::state::run(&start, state, output),
        Command::Test(test) => commands::test::run(&folder()?, test, output),
        Command::Completions(completions) => {
            commands::completions::run(completions, output);
            Ok(())
        }
        Command::Docs(docs) => {
            commands::docs::run(*docs, output);
            Ok(())
        }
    }
}
