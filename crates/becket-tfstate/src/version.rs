//! The versions of a state, and what is known of them. It reads and writes nothing.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use crate::lock::Lock;
use crate::seal::SealError;
use crate::statefile::Summary;

/// Who does something, and when.
#[derive(Debug, Clone)]
pub struct By {
    /// Whom the server knows.
    pub user: String,
    /// The time.
    pub now: Timestamp,
}

/// How a version came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A client wrote it.
    Written,
    /// A client wrote it over another lineage or a serial that is not older.
    Forced,
    /// It is an older version again.
    Restored(u64),
    /// It says that the state was deleted, and has no content.
    Deleted,
}

/// What is known of a version beside its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The state's own serial.
    pub serial: u64,
    /// The state's own lineage.
    pub lineage: String,
    /// What wrote it, as it says.
    pub terraform_version: String,
    /// How many resources it has, where that can be read.
    pub resources: Option<usize>,
    /// In bytes.
    pub size: u64,
    /// Of the content, as base64: what HTTP's `Content-MD5` says.
    pub md5: String,
    /// Who wrote it.
    pub user: String,
    /// When.
    pub time: Timestamp,
    /// Who held the lock then: Terraform's `user@host`.
    pub who: String,
    /// What for, such as `OperationTypeApply`.
    pub operation: String,
    /// How it came to be.
    pub origin: Origin,
}

/// A version of a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Counts all versions of the state, across lineages.
    pub number: u64,
    /// What is known of it.
    #[serde(flatten)]
    pub meta: Meta,
}

/// What a client sent. Its digest is taken once, for all that ask for it.
pub struct Sent<'a> {
    pub(crate) content: &'a [u8],
    pub(crate) md5: String,
}

impl<'a> Sent<'a> {
    /// The body of a request.
    pub fn of(content: &'a [u8]) -> Self {
        let md5 = md5_of(content);
        Self { content, md5 }
    }

    /// As HTTP's `Content-MD5` has it.
    pub fn md5(&self) -> &str {
        &self.md5
    }
}

/// A version with its content.
pub struct Content {
    /// Which it is.
    pub version: Version,
    /// Opens the content piece by piece; an error in the midst means that the file is damaged.
    pub reader: Box<dyn Read + Send>,
}

/// A version, as a history shows it.
#[derive(Debug)]
pub struct Kept {
    /// Its number.
    pub number: u64,
    /// What is known of it, or why it cannot be read.
    pub meta: Result<Meta, SealError>,
}

/// A state, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// How many versions are kept.
    pub versions: usize,
    /// The newest; none while there is only a lock, and where it cannot be read.
    pub last: Option<Version>,
    /// Why the newest cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
    /// Who works on it.
    pub lock: Option<Lock>,
}

impl Meta {
    pub(crate) fn of(summary: Summary, content: &[u8], md5: String, origin: Origin, by: &By) -> Self {
        Self {
            serial: summary.serial,
            lineage: summary.lineage,
            terraform_version: summary.terraform_version,
            resources: summary.resources,
            size: content.len() as u64,
            md5,
            user: by.user.clone(),
            time: by.now,
            who: String::new(),
            operation: String::new(),
            origin,
        }
    }
}

/// As HTTP's `Content-MD5` has it.
pub(crate) fn md5_of(content: &[u8]) -> String {
    STANDARD.encode(Md5::digest(content))
}
