//! What the server has to know of a state file: whether it is one, its serial and its lineage. The rest is not looked
//! at and not kept, so that a file of 100 MB costs no memory beside itself.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// How long lineage and version may be.
const LONGEST: usize = 200;

/// Why a body is no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAState {
    /// It is not JSON, or has fields of the wrong kind.
    #[error("the body is no Terraform state: {0}")]
    Json(String),
    /// It is JSON, but says nothing of a version.
    #[error("the body is no Terraform state: it has no `version`")]
    NoVersion,
    /// Every state that Terraform has written since 0.9 has one.
    #[error("the body is no Terraform state: it has no `lineage`")]
    NoLineage,
    /// Both are kept beside each version and shown to people; what Terraform writes is a UUID and a version.
    #[error(
        "the body is no Terraform state: its `{0}` is longer than {LONGEST} bytes, or holds control characters"
    )]
    NotPlain(&'static str),
}

/// What is known of a state file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Counts the states of one lineage.
    pub serial: u64,
    /// Which states belong together.
    pub lineage: String,
    /// What wrote it; empty where it does not say.
    pub terraform_version: String,
    /// How many resources it has; none where `tofu` has encrypted it.
    pub resources: Option<usize>,
}

/// A list of whatever, counted.
#[derive(Default)]
struct Count(usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counting;
        impl<'de> Visitor<'de> for Counting {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a list of resources")
            }

            fn visit_unit<E>(self) -> Result<Count, E> {
                Ok(Count(0))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Count, A::Error> {
                let mut count = 0;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Count(count))
            }
        }
        deserializer.deserialize_any(Counting)
    }
}

#[derive(Deserialize)]
struct Fields {
    version: Option<u64>,
    serial: u64,
    #[serde(default)]
    lineage: String,
    #[serde(default)]
    terraform_version: String,
    #[serde(default)]
    resources: Count,
    /// The encryption of `tofu` itself leaves only lineage and serial to be read.
    encryption_version: Option<IgnoredAny>,
}

impl Summary {
    /// Reads a whole file; anything that is not a state is refused.
    pub fn read(file: &[u8]) -> Result<Self, NotAState> {
        let fields: Fields =
            serde_json::from_slice(file).map_err(|error| NotAState::Json(error.to_string()))?;
        if fields.version.is_none() && fields.encryption_version.is_none() {
            return Err(NotAState::NoVersion);
        }
        if fields.lineage.is_empty() {
            return Err(NotAState::NoLineage);
        }
        for (field, text) in [
            ("lineage", &fields.lineage),
            ("terraform_version", &fields.terraform_version),
        ] {
            if text.len() > LONGEST || text.chars().any(char::is_control) {
                return Err(NotAState::NotPlain(field));
            }
        }
        Ok(Self {
            serial: fields.serial,
            lineage: fields.lineage,
            terraform_version: fields.terraform_version,
            resources: fields.encryption_version.is_none().then_some(fields.resources.0),
        })
    }
}

/// The same file with another serial; every other byte stays.
pub(crate) fn with_serial(file: &[u8], serial: u64) -> Result<Vec<u8>, NotAState> {
    struct Serial<'a>(&'a RawValue);
    impl<'de> Deserialize<'de> for Serial<'de> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Finding;
            impl<'de> Visitor<'de> for Finding {
                type Value = Serial<'de>;

                fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                    f.write_str("a state")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Serial<'de>, A::Error> {
                    let mut found = None;
                    while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                        if key == "serial" {
                            found = Some(Serial(map.next_value()?));
                        } else {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                    found.ok_or_else(|| serde::de::Error::missing_field("serial"))
                }
            }
            deserializer.deserialize_map(Finding)
        }
    }
    let found: Serial = serde_json::from_slice(file).map_err(|error| NotAState::Json(error.to_string()))?;
    let old = found.0.get();
    let from = old.as_ptr().addr() - file.as_ptr().addr();
    let number = serial.to_string();
    let mut with = Vec::with_capacity(file.len() + number.len());
    with.extend_from_slice(&file[..from]);
    with.extend_from_slice(number.as_bytes());
    with.extend_from_slice(&file[from + old.len()..]);
    Ok(with)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = r#"{
  "version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "abc",
  "outputs": {"serial": {"value": "7"}},
  "resources": [{"instances": [{}]}, {"type": "a"}], "check_results": null
}"#;

    #[test]
    fn serial_and_lineage_are_read_and_resources_counted() {
        let summary = Summary::read(STATE.as_bytes()).unwrap();
        assert_eq!(
            (summary.serial, summary.lineage.as_str(), summary.resources),
            (7, "abc", Some(2))
        );
        let encrypted =
            br#"{"serial":3,"lineage":"abc","meta":{},"encrypted_data":"eA==","encryption_version":"v0"}"#;
        assert_eq!(Summary::read(encrypted).unwrap().resources, None);
    }

    #[test]
    fn what_is_no_state_is_refused_with_the_reason() {
        for (body, reason) in [
            ("", "EOF"),
            ("null", "invalid type: null"),
            ("<html>", "expected value"),
            ("{}", "missing field `serial`"),
            (r#"{"version":4,"serial":-1,"lineage":"a"}"#, "invalid value"),
            (r#"{"version":4,"serial":1}"#, "no `lineage`"),
            (r#"{"serial":1,"lineage":"a"}"#, "no `version`"),
            (r#"{"version":4,"serial":1,"lineage":"a"} x"#, "trailing"),
            (
                r#"{"version":4,"serial":1,"serial":2,"lineage":"a"}"#,
                "duplicate",
            ),
            (
                r#"{"version":4,"serial":1,"lineage":"a","resources":{}}"#,
                "list of resources",
            ),
        ] {
            let refused = Summary::read(body.as_bytes()).unwrap_err().to_string();
            assert!(refused.contains(reason), "{body}: {refused}");
        }
        assert!(Summary::read("[".repeat(100_000).as_bytes()).is_err());
        let long = "l".repeat(LONGEST + 1);
        for lineage in [long.as_str(), "a\\u001b[2J"] {
            let body = format!(r#"{{"version":4,"serial":1,"lineage":"{lineage}"}}"#);
            assert_eq!(
                Summary::read(body.as_bytes()),
                Err(NotAState::NotPlain("lineage"))
            );
        }
    }

    #[test]
    fn another_serial_leaves_every_other_byte() {
        let with = with_serial(STATE.as_bytes(), 12).unwrap();
        assert_eq!(
            String::from_utf8(with).unwrap(),
            STATE.replacen("\"serial\": 7", "\"serial\": 12", 1)
        );
    }
}
