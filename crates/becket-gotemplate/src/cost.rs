//! How much work a call of a function is, in steps; so that what is done again and again comes to an end.

use crate::functions::Function;
use crate::value::{PARTS, Value};

/// Functions that walk through all of a value.
const WALKERS: &[&str] = &[
    "cat",
    "deepCopy",
    "deepEqual",
    "has",
    "html",
    "join",
    "js",
    "merge",
    "mergeOverwrite",
    "mustDeepCopy",
    "mustHas",
    "mustMerge",
    "mustMergeOverwrite",
    "mustToJson",
    "mustToPrettyJson",
    "mustToRawJson",
    "mustToYaml",
    "mustUniq",
    "mustWithout",
    "print",
    "printf",
    "println",
    "quote",
    "sortAlpha",
    "squote",
    "toJson",
    "toPrettyJson",
    "toRawJson",
    "toString",
    "toStrings",
    "toYaml",
    "uniq",
    "urlquery",
    "without",
];

/// How many steps a call counts for, by what it is given.
pub(crate) fn cost(function: &Function, arguments: &[Value]) -> u64 {
    let walks = WALKERS.contains(&function.name);
    let pairs = matches!(function.name, "uniq" | "mustUniq" | "without" | "mustWithout");
    let parts = arguments.iter().map(|argument| match argument {
        Value::Str(text) => text.len() / 32,
        Value::List(list) if pairs => {
            list.items
                .len()
                .saturating_mul(list.items.len().max(arguments.len()))
                / 16
        }
        value if walks => value.parts(PARTS),
        _ => 0,
    });
    u64::try_from(parts.fold(0, usize::saturating_add)).unwrap_or(u64::MAX)
}
