//! The engine's clock, as the reconcilers see it.
//!
//! A reconciler is given the time; only the engine's loop reads a clock.

use std::time::Duration;

/// How long ago the engine started.
pub type Time = Duration;

/// A duration as Go writes it, in whole numbers with h, m, s and ms, such as `1m30s`.
pub fn duration(written: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = written;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(rest.len());
        let time = match &rest[..unit] {
            "h" => Duration::from_secs(number.checked_mul(3600)?),
            "m" => Duration::from_secs(number.checked_mul(60)?),
            "s" => Duration::from_secs(number),
            "ms" => Duration::from_millis(number),
            _ => return None,
        };
        total = total.checked_add(time)?;
        rest = &rest[unit..];
    }
    (!written.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_go_s() {
        let most = format!("{0}s{0}s", u64::MAX);
        let cases = [
            ("10s", Some(10_000)),
            ("3m", Some(180_000)),
            ("1h30m", Some(5_400_000)),
            ("1h1m1s1ms", Some(3_661_001)),
            ("250ms", Some(250)),
            ("0s", Some(0)),
            ("", None),
            ("10", None),
            ("s", None),
            ("1.5s", None),
            ("5µs", None),
            ("fast", None),
            (&most, None),
        ];
        for (written, milliseconds) in cases {
            assert_eq!(
                duration(written),
                milliseconds.map(Duration::from_millis),
                "{written}"
            );
        }
    }
}
