//! `docs`: what of the documentation comes from the code. Hidden: `cargo xtask gen` calls it.

use clap::{Command, CommandFactory};

use crate::cli::{Arguments, Docs};
use crate::output::Output;
use crate::rules;

pub(crate) fn run(what: Docs, output: Output) {
    output.raw(&match what {
        Docs::CommandLine => command_line(),
        Docs::Rules => rule_chapter(),
        Docs::Schema => becket_platform::schema(),
    });
}

fn command_line() -> String {
    let mut text = String::from("# The command line\n\n<!-- Written by `cargo xtask gen`. -->\n\n");
    text += "Exit codes: 0 fine; 1 findings, or not healthy in time; 2 wrong usage; 3 a tool or the machine failed.\n\n";
    let mut root = Arguments::command();
    root.build();
    text += "Before every command:\n\n";
    text += &options(&root, false);
    text += "\nEvery command takes:\n\n";
    text += &options(&root, true);
    for command in root.get_subcommands().filter(|command| !command.is_hide_set()) {
        section(command, "becket", &mut text);
    }
    text
}

fn section(command: &Command, above: &str, text: &mut String) {
    let name = format!("{above} {}", command.get_name());
    let inner: Vec<&Command> = command
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help")
        .collect();
    if inner.is_empty() {
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").trim();
        *text += &format!("\n## `{name}`\n\n{}.\n\n```sh\n{usage}\n```\n", about(command));
        let options = options(command, false);
        if !options.is_empty() {
            *text += &format!("\n{options}");
        }
    }
    for command in inner {
        section(command, &name, text);
    }
}

fn about(command: &Command) -> String {
    command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default()
        .trim_end_matches('.')
        .to_owned()
}

fn options(command: &Command, global: bool) -> String {
    let mut text = String::new();
    for argument in command.get_arguments() {
        if argument.is_global_set() != global || ["help", "version"].contains(&argument.get_id().as_str()) {
            continue;
        }
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let shown = match argument.get_short() {
            Some(short) if argument.get_long().is_some() => format!("-{short}, {argument}"),
            _ => argument.to_string(),
        };
        let values: Vec<String> = argument
            .get_possible_values()
            .iter()
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        let values = if values.is_empty() || !argument.get_action().takes_values() {
            String::new()
        } else {
            format!(" One of {}.", values.join(", "))
        };
        text += &format!("- `{shown}`: {}.{values}\n", help.trim_end_matches('.'));
    }
    text
}

fn rule_chapter() -> String {
    let mut text = String::from("# Rules\n\n<!-- Written by `cargo xtask gen`. -->\n\n");
    text += "What `becket check` looks for. `becket explain CODE` prints one of them.\n";
    for rule in rules::all() {
        let documentation = rule.documentation.trim().replace("\n## ", "\n### ");
        let documentation = documentation
            .strip_prefix("## ")
            .map_or(documentation.clone(), |rest| format!("### {rest}"));
        text += &format!("\n## {}: {}\n\n{documentation}\n", rule.code, rule.title);
    }
    text
}
