//! Sprig's functions on the case of letters and on words.

use super::{Function, fixed, text};
use crate::value::Value;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("title", 1, |_, given| Ok(Value::str(title(text(given, 0)?)))),
    fixed("untitle", 1, |_, given| Ok(Value::str(untitle(text(given, 0)?)))),
    fixed("nospace", 1, |_, given| {
        Ok(Value::str(text(given, 0)?.replace(char::is_whitespace, "")))
    }),
    fixed("initials", 1, |_, given| {
        Ok(Value::str(initials(text(given, 0)?)))
    }),
    fixed("swapcase", 1, |_, given| Ok(Value::str(swap(text(given, 0)?)))),
    fixed("snakecase", 1, |_, given| {
        Ok(Value::str(joined(text(given, 0)?, '_')))
    }),
    fixed("kebabcase", 1, |_, given| {
        Ok(Value::str(joined(text(given, 0)?, '-')))
    }),
    fixed("camelcase", 1, |_, given| Ok(Value::str(pascal(text(given, 0)?)))),
];

fn upper(character: char) -> String {
    character.to_uppercase().collect()
}

fn lower(character: char) -> String {
    character.to_lowercase().collect()
}

/// Go's `strings.Title`: the first letter of each run of letters, digits, underscores and quotes.
fn title(text: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for character in text.chars() {
        let separator = if before.is_ascii() {
            !(before.is_ascii_alphanumeric() || before == '_')
        } else {
            before.is_whitespace()
        };
        if separator {
            out.push_str(&upper(character));
        } else {
            out.push(character);
        }
        before = character;
    }
    out
}

fn untitle(text: &str) -> String {
    let mut out = String::new();
    let mut begins = true;
    for character in text.chars() {
        if character.is_whitespace() {
            begins = true;
            out.push(character);
        } else if begins {
            out.push_str(&lower(character));
            begins = false;
        } else {
            out.push(character);
        }
    }
    out
}

fn initials(text: &str) -> String {
    text.split_whitespace()
        .filter_map(|word| word.chars().next())
        .collect()
}

fn swap(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if character.is_uppercase() {
            out.push_str(&lower(character));
        } else if character.is_lowercase() {
            out.push_str(&upper(character));
        } else {
            out.push(character);
        }
    }
    out
}

/// Words in lower case with `connector` between them, as `xstrings.ToSnakeCase` cuts them: before an upper letter behind a
/// lower one, before the last upper letter of a run that a lower one follows, and between letters and numbers as it does.
fn joined(text: &str, connector: char) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::new();
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1).copied();
        if matches!(character, '_' | '-' | ' ') || character.is_whitespace() {
            if !out.is_empty() || before.is_none() {
                out.push(connector);
            }
            continue;
        }
        let boundary = match before {
            Some(before) if character.is_uppercase() => {
                before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && after.is_some_and(char::is_lowercase))
            }
            _ => false,
        };
        if boundary && !out.ends_with(connector) {
            out.push(connector);
        }
        out.push_str(&lower(character));
    }
    out
}

fn pascal(text: &str) -> String {
    let mut out = String::new();
    let mut begins = true;
    let lead = text.len() - text.trim_start_matches(['_', '-', ' ']).len();
    out.push_str(&text[..lead]);
    for character in text[lead..].chars() {
        if matches!(character, '_' | '-' | ' ') {
            begins = true;
        } else if begins {
            out.push_str(&upper(character));
            begins = false;
        } else {
            out.push_str(&lower(character));
        }
    }
    out
}
