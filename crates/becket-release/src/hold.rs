//! Holds: a file in the stage that says who wants it left alone, why, and until when.

use std::fmt;

use becket_source::FileSet;
pub use jiff::civil::Date;

use crate::error::Error;
use crate::folder::{hold_file, scalar, tree};

/// A stage of a unit is to be left alone by releases and promotions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Why.
    pub reason: String,
    /// Who says so.
    pub author: String,
    /// The last day of it; without one it stands until it is ended.
    pub until: Option<Date>,
}

impl Hold {
    /// Whether it stands on this day.
    pub fn stands(&self, today: Date) -> bool {
        self.until.is_none_or(|until| today <= until)
    }

    pub(crate) fn to_yaml(&self, stage: &str) -> String {
        let mut text = format!(
            "# Releases and promotions leave {stage} alone while this file stands.\nreason: {}\nauthor: {}\n",
            scalar(&self.reason),
            scalar(&self.author)
        );
        if let Some(until) = self.until {
            text.push_str(&format!("until: {until}\n"));
        }
        text
    }

    /// The hold on a stage, standing or over. One that cannot be read is an error: it may be meant to stand.
    pub(crate) fn of(files: &FileSet, unit: &str, stage: &str) -> Result<Option<Self>, Error> {
        let path = hold_file(unit, stage);
        let unreadable = |reason: &str| Error::Unreadable {
            path: path.clone(),
            reason: reason.to_owned(),
        };
        let Some(root) = tree(files.text(&path), |reason| unreadable(&reason))? else {
            return Ok(None);
        };
        let text = |key| match root.get(key) {
            None => Err(unreadable(&format!("`{key}` is missing"))),
            Some(node) => node
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| unreadable(&format!("`{key}` is no text"))),
        };
        let until = match root.get("until") {
            None => None,
            Some(node) => Some(
                node.as_str()
                    .and_then(|date| date.parse().ok())
                    .ok_or_else(|| unreadable("`until` is no date like 2026-12-31"))?,
            ),
        };
        Ok(Some(Self {
            reason: text("reason")?,
            author: text("author")?,
            until,
        }))
    }

    /// That no hold stands on the stage today.
    pub(crate) fn refuse(files: &FileSet, unit: &str, stage: &str, today: Date) -> Result<(), Error> {
        match Self::of(files, unit, stage)? {
            Some(hold) if hold.stands(today) => Err(Error::Held {
                unit: unit.to_owned(),
                stage: stage.to_owned(),
                hold,
            }),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "by {} ", self.author)?;
        if let Some(until) = self.until {
            write!(f, "until {until} ")?;
        }
        write!(f, "({})", self.reason)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Option<Hold>, Error> {
        let mut files = FileSet::new();
        files.insert_text(hold_file("orders", "qa"), text);
        Hold::of(&files, "orders", "qa")
    }

    #[test]
    fn a_hold_stands_through_its_last_day() {
        let hold = read("reason: load test\nauthor: ann\nuntil: 2026-12-01\n")
            .unwrap()
            .unwrap();
        assert!(hold.stands("2026-12-01".parse().unwrap()));
        assert!(!hold.stands("2026-12-02".parse().unwrap()));
        assert_eq!(hold.to_string(), "by ann until 2026-12-01 (load test)");
        assert!(
            read("reason: x\nauthor: ann\n")
                .unwrap()
                .unwrap()
                .stands("2999-01-01".parse().unwrap())
        );
    }

    #[test]
    fn a_hold_that_cannot_be_read_is_no_free_way() {
        let reason = |text: &str| read(text).unwrap_err().with_remedy();
        assert_eq!(
            reason("reason: x\n"),
            "apps/orders/overlays/qa/hold.yaml cannot be read: `author` is missing; mend it or restore it from Git"
        );
        assert!(reason("reason: x\nauthor: a\nuntil: tomorrow\n").contains("no date like 2026-12-31"));
        assert!(reason("").contains("holds nothing"));
        assert!(reason("a: [").contains("cannot be read"));
    }

    proptest! {
        #[test]
        fn a_hold_reads_back_as_it_was_written(reason in ".*", author in "\\PC*", days in proptest::option::of(0i32..40_000)) {
            let until = days.map(|days| {
                jiff::civil::date(1990, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap()
            });
            let hold = Hold { reason, author, until };
            prop_assert_eq!(read(&hold.to_yaml("qa")).unwrap(), Some(hold));
        }
    }
}
