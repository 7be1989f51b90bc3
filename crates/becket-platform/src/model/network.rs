//! What a cluster's network has beside subnets and ways out.

use becket_document::{KeyPath, Node};
use serde_json::{Map, Value, json};

use crate::finding::{Finding, Findings};
use crate::rules::WRONG_VALUE;
use crate::shape::{Shape, Wrong, record, whole, wrong_value};
use crate::text::text;

text! {
    /// A service of AWS as its endpoints in a network name it, such as `ecr.api`.
    Endpoint: "a service of AWS such as ecr.api", "^[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*$", or "unknown"
}

impl Endpoint {
    fn check(text: &str) -> Result<(), Wrong> {
        if let Some(service) = text.strip_prefix("com.amazonaws.") {
            let service = service
                .split_once('.')
                .map_or(service, |(_region, service)| service);
            return Err(Wrong::meant("names the region, which is the cluster's", service));
        }
        if matches!(text, "s3" | "dynamodb") {
            return Err(Wrong::new("is always reached from inside, and costs nothing"));
        }
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let mut parts = text.split('.');
        if text.starts_with(|first: char| first.is_ascii_lowercase())
            && parts.all(|part| !part.is_empty() && part.bytes().all(allowed))
        {
            return Ok(());
        }
        Err(Wrong::new("is no service of AWS"))
    }
}

record! {
    /// The record of who talked to whom. Without a bucket it goes to CloudWatch.
    pub struct FlowLogs {
        /// The bucket of S3 that it goes to instead, which keeps it as long as the bucket's own rules say.
        bucket: Option<BucketName>,
        /// How many days CloudWatch keeps it: 90 where nothing is said.
        retention_days as "retentionDays": Option<RetentionDays>,
    }
}

text! {
    /// A bucket of S3.
    BucketName: "a bucket such as acme-flow-logs", "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", or "unknown"
}

impl BucketName {
    fn check(text: &str) -> Result<(), Wrong> {
        if let Some(name) = text.strip_prefix("s3://").or(text.strip_prefix("arn:aws:s3:::")) {
            return Err(Wrong::meant("is more than the bucket's name", name));
        }
        let outer = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let inner = |byte: u8| outer(byte) || byte == b'-' || byte == b'.';
        let bytes = text.as_bytes();
        let ends = bytes.first().copied().is_some_and(outer) && bytes.last().copied().is_some_and(outer);
        if ends && (3..=63).contains(&bytes.len()) && bytes.iter().copied().all(inner) {
            return Ok(());
        }
        Err(Wrong::new("is no name of a bucket"))
    }
}

/// How long CloudWatch keeps logs. It knows some numbers of days only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RetentionDays(u32);

/// What CloudWatch's API takes for `retentionInDays`.
const RETENTIONS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

impl RetentionDays {
    /// As a number of days.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Shape for RetentionDays {
    fn schema(_: &mut Map<String, Value>) -> Value {
        json!({ "enum": RETENTIONS })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        let days = whole(node, at, (1, 3653), findings)?;
        if RETENTIONS.contains(&days) {
            return Some(Self(days));
        }
        let longer = RETENTIONS.into_iter().find(|known| *known > days).unwrap_or(3653);
        let message = format!("`{at}`: CloudWatch does not keep logs for {days} days");
        let finding = Finding::new(&WRONG_VALUE, at, message)
            .label("no number of days that it knows")
            .help(format!("the next longer one is {longer}"))
            .replace_by(longer.to_string());
        wrong_value(finding, at, findings);
        None
    }

    fn placeholder() -> Self {
        Self(90)
    }
}
