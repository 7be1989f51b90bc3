//! `explain`: what a rule is about, or all of them.

use becket_source::did_you_mean;
use serde_json::json;

use crate::cli::Explain;
use crate::error::{CommandError, Kind};
use crate::output::Output;
use crate::rules;

pub(crate) fn run(arguments: &Explain, output: Output) -> Result<(), CommandError> {
    let all = rules::all();
    let Some(name) = &arguments.name else {
        let lines: Vec<String> = all
            .iter()
            .map(|rule| format!("{}  {}", rule.code, rule.title))
            .collect();
        output.result(lines.join("\n"), &json!(all));
        return Ok(());
    };
    let wanted = name.to_uppercase();
    let Some(rule) = all.iter().find(|rule| rule.code == wanted) else {
        let error = CommandError::new(Kind::Usage, format!("there is no rule `{name}`"));
        return Err(match did_you_mean(&wanted, all.iter().map(|rule| rule.code)) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint("becket explain lists all rules"),
        });
    };
    output.result(
        format!(
            "{}: {}\n\n{}",
            rule.code,
            rule.title,
            rule.documentation.trim_end()
        ),
        &json!(rule),
    );
    Ok(())
}
