//! `completions`: a completion script for a shell.

use clap::CommandFactory;

use crate::cli::{Arguments, Completions};
use crate::output::Output;

pub(crate) fn run(arguments: &Completions, output: Output) {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "becket", &mut script);
    output.raw(&String::from_utf8_lossy(&script));
}
