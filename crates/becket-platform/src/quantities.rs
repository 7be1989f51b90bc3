//! Measures: address ranges, sizes, shares and times, parsed once.

use std::fmt;

use becket_document::{KeyPath, Kind, Node};
use ipnet::Ipv4Net;
use serde_json::{Map, Value, json};

use crate::finding::{Finding, Findings};
use crate::rules::WRONG_VALUE;
use crate::shape::{Format, Shape, Wrong, whole, wrong_type, wrong_value};
use crate::text::text;

/// A range of IPv4 addresses, such as `10.10.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr(Ipv4Net);

impl Cidr {
    pub(crate) const fn of(network: Ipv4Net) -> Self {
        Self(network)
    }

    /// As a network.
    pub const fn network(self) -> Ipv4Net {
        self.0
    }

    /// Whether both hold an address.
    pub fn overlaps(self, other: Self) -> bool {
        self.0.contains(&other.0.network()) || other.0.contains(&self.0.network())
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Format for Cidr {
    const PATTERN: &'static str =
        "^((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(?!/)|(?=/))){4}/(3[0-2]|[12]?[0-9])$";
    const EXPECTED: &'static str = "a range such as 10.10.0.0/16";

    fn parse(text: &str) -> Result<Self, Wrong> {
        let network: Ipv4Net = text
            .parse()
            .map_err(|_| Wrong::new("is no range of IPv4 addresses"))?;
        if network.trunc() != network {
            let reason = format!("is an address in a range, not the range {}", network.trunc());
            return Err(Wrong::meant(reason, network.trunc().to_string()));
        }
        Ok(Self(network))
    }

    fn placeholder() -> Self {
        Self(Ipv4Net::default())
    }
}

text! {
    /// An amount as Kubernetes writes it, such as `50Gi` or `250m`.
    Quantity: "an amount such as 50Gi or 250m", "^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$", or "0"
}

impl Quantity {
    /// As whole gibibytes, rounded up.
    pub(crate) fn gibibytes(&self) -> u64 {
        let unit = self
            .0
            .find(|c: char| c.is_ascii_alphabetic())
            .unwrap_or(self.0.len());
        let (number, unit) = self.0.split_at(unit);
        let bytes: f64 = match unit {
            "m" => 0.001,
            "k" => 1e3,
            "M" => 1e6,
            "G" => 1e9,
            "T" => 1e12,
            "Ki" => 1024.0,
            "Mi" => 1_048_576.0,
            "Gi" => 1_073_741_824.0,
            "Ti" => 1_099_511_627_776.0,
            _ => 1.0,
        };
        let gibibytes = (number.parse::<f64>().unwrap_or_default() * bytes / 1_073_741_824.0).ceil();
        format!("{gibibytes:.0}").parse().unwrap_or(u64::MAX)
    }

    /// An amount that stands in this code; `text` must be one.
    pub(crate) fn fixed(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    fn check(text: &str) -> Result<(), Wrong> {
        let digits = text.find(|character: char| !character.is_ascii_digit() && character != '.');
        let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
        if number.starts_with('.') || number.ends_with('.') || number.parse::<f64>().is_err() {
            return Err(Wrong::new("is no amount"));
        }
        if matches!(unit, "" | "m" | "k" | "M" | "G" | "T" | "Ki" | "Mi" | "Gi" | "Ti") {
            return Ok(());
        }
        let meant = match unit.to_ascii_lowercase().as_str() {
            "gb" | "gib" | "g" => Some("Gi"),
            "mb" | "mib" => Some("Mi"),
            "kb" | "kib" => Some("Ki"),
            "tb" | "tib" => Some("Ti"),
            _ => None,
        };
        Err(Wrong {
            reason: format!("has the unknown unit `{unit}`"),
            meant: meant.map(|unit| format!("{number}{unit}")),
        })
    }
}

/// A time such as `300ms`, `30s`, `5m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(std::time::Duration);

impl Duration {
    /// As a time.
    pub const fn get(self) -> std::time::Duration {
        self.0
    }
}

impl Format for Duration {
    const PATTERN: &'static str = "^[0-9]+(ms|s|m|h)$";
    const EXPECTED: &'static str = "a time such as 300ms or 30s";

    fn parse(text: &str) -> Result<Self, Wrong> {
        let digits = text
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let number: u32 = number.parse().map_err(|_| Wrong::new("is no time"))?;
        let unit = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "" => return Err(Wrong::new("has no unit")),
            _ => return Err(Wrong::new(format!("has the unknown unit `{unit}`"))),
        };
        Ok(Self(std::time::Duration::from_millis(u64::from(number) * unit)))
    }

    fn placeholder() -> Self {
        Self(std::time::Duration::from_secs(1))
    }
}

/// A share of a hundred, such as `99.9`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percentage(f64);

impl Percentage {
    /// From 0 to 100.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Shape for Percentage {
    fn schema(_: &mut Map<String, Value>) -> Value {
        json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 100 })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        let Kind::Number(number) = &node.kind else {
            wrong_type("a number", node, at, findings);
            return None;
        };
        if let Some(value) = number.as_f64().filter(|value| *value > 0.0 && *value <= 100.0) {
            return Some(Self(value));
        }
        let finding = Finding::new(&WRONG_VALUE, at, format!("`{at}`: {number} is no percentage"))
            .label("expected more than 0, at most 100");
        wrong_value(finding, at, findings);
        None
    }

    fn placeholder() -> Self {
        Self(100.0)
    }
}

/// A TCP port that an ordinary user may open, from 1024.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port(u16);

impl Port {
    /// Where services listen that say nothing else.
    pub const DEFAULT: Self = Self(8080);

    /// As a number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Shape for Port {
    fn schema(_: &mut Map<String, Value>) -> Value {
        json!({ "type": "integer", "minimum": 1024, "maximum": 65535, "default": 8080 })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        let port = whole(node, at, (1024, 65535), findings)?;
        u16::try_from(port).ok().map(Self)
    }

    fn placeholder() -> Self {
        Self::DEFAULT
    }
}
