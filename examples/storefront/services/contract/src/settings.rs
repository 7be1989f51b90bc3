//! Settings, which come from the environment.

use std::env;
use std::fmt::Display;
use std::str::FromStr;

/// A setting that is not there or not of its kind.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    /// The variable is not set.
    #[error("{0} is not set")]
    NotSet(&'static str),
    /// The variable is set to what cannot be read.
    #[error("{name} is `{value}`: {reason}")]
    Unreadable {
        name: &'static str,
        value: String,
        reason: String,
    },
}

/// The value of the variable `name`.
pub fn setting<T: FromStr<Err: Display>>(name: &'static str) -> Result<T, Missing> {
    let value = env::var(name).map_err(|_| Missing::NotSet(name))?;
    read(name, value)
}

/// The value of the variable `name`, or `default` where it is not set.
pub fn setting_or<T: FromStr<Err: Display>>(name: &'static str, default: T) -> Result<T, Missing> {
    env::var(name).map_or(Ok(default), |value| read(name, value))
}

fn read<T: FromStr<Err: Display>>(name: &'static str, value: String) -> Result<T, Missing> {
    value.parse().map_err(|reason: T::Err| Missing::Unreadable {
        name,
        value,
        reason: reason.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_the_wrong_kind_is_named_with_its_reason() {
        let error = read::<u16>("PORT", "http".to_owned()).unwrap_err();
        assert_eq!(error.to_string(), "PORT is `http`: invalid digit found in string");
    }
}
