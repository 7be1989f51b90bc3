//! Which versions are kept. It only says which; the store takes the others away.

use jiff::Timestamp;

/// How much of a state's history is kept. A version goes when every limit that is set says so; without one, none goes.
/// The last version always stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// The last so many stay.
    pub versions: Option<usize>,
    /// The versions of the last so many days stay.
    pub days: Option<u32>,
}

impl Retention {
    /// Whether everything is kept.
    pub fn is_everything(self) -> bool {
        self.versions.is_none() && self.days.is_none()
    }

    /// Whether a version may go that was written at `written` and has `newer` versions after it.
    pub(crate) fn lets_go(self, newer: usize, written: Timestamp, now: Timestamp) -> bool {
        let beyond_count = self.versions.is_none_or(|versions| newer >= versions);
        let beyond_age = self.days.is_none_or(|days| {
            now.as_second().saturating_sub(written.as_second()) > i64::from(days) * 86_400
        });
        !self.is_everything() && newer > 0 && beyond_count && beyond_age
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_goes_when_every_limit_says_so_and_never_the_last() {
        let now: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let (young, old) = (
            "2026-11-20T00:00:00Z".parse().unwrap(),
            "2026-01-01T00:00:00Z".parse().unwrap(),
        );
        let keep = |versions, days| Retention { versions, days };
        for (retention, newer, written, goes) in [
            (keep(None, None), 1000, old, false),
            (keep(Some(3), None), 2, old, false),
            (keep(Some(3), None), 3, young, true),
            (keep(None, Some(30)), 1, young, false),
            (keep(None, Some(30)), 1, old, true),
            (keep(Some(3), Some(30)), 9, young, false),
            (keep(Some(3), Some(30)), 1, old, false),
            (keep(Some(3), Some(30)), 9, old, true),
            (keep(Some(0), Some(0)), 0, old, false),
        ] {
            assert_eq!(
                retention.lets_go(newer, written, now),
                goes,
                "{retention:?} {newer} {written}"
            );
        }
    }
}
