//! Where the platform runs when it does not run on this machine.

use indexmap::IndexMap;

use crate::names::Label;
use crate::shape::{Wrong, choice, record};
use crate::text::text;

choice! {
    /// Who runs the machines.
    pub enum CloudProvider {
        /// Amazon Web Services.
        Aws = "aws",
    }
}

choice! {
    /// What a certificate is for.
    pub enum CertificateScope {
        /// An environment's domain and all hosts right below it.
        Wildcard = "wildcard",
        /// One host.
        Host = "host",
    }
}

/// Accounts by the names that clusters use for them.
pub type Accounts = IndexMap<Label, AccountId>;

record! {
    /// The cloud. A platform without one runs on this machine only.
    pub struct Cloud {
        /// Who runs the machines: `aws`.
        provider: CloudProvider,
        /// Accounts by name: twelve digits in quotes.
        accounts: Accounts,
        /// The region of clusters that name none, such as `eu-west-1`.
        region: Region,
        /// The availability zones of clusters that name none. Listed, so that a new zone of the region moves nothing.
        zones: Vec<Zone>,
        /// Whether there is a certificate for all hosts of an environment (`wildcard`) or for each of them (`host`).
        certificates: CertificateScope = CertificateScope::Wildcard,
    }
}

text! {
    /// An account's number at AWS.
    AccountId: "twelve digits", "^[0-9]{12}$", or "000000000000"
}

impl AccountId {
    fn check(text: &str) -> Result<(), Wrong> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(());
        }
        Err(Wrong::new("is no account number: it has twelve digits"))
    }
}

text! {
    /// A region of AWS.
    Region: "a region such as eu-west-1", "^[a-z]{2}(-[a-z]+)+-[0-9]$", or "unknown-1"
}

impl Region {
    fn check(text: &str) -> Result<(), Wrong> {
        let mut parts = text.split('-').rev();
        let number = parts.next().unwrap_or_default();
        let words: Vec<_> = parts.collect();
        let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        if number.len() == 1
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && words.len() > 1
            && words.iter().all(is_word)
            && words.last().is_some_and(|area| area.len() == 2)
        {
            return Ok(());
        }
        let region = text.trim_end_matches(|last: char| last.is_ascii_lowercase());
        if region != text && Self::check(region).is_ok() {
            return Err(Wrong::meant("is an availability zone, not a region", region));
        }
        Err(Wrong::new("is no region"))
    }
}

text! {
    /// An availability zone of AWS.
    Zone: "a zone such as eu-west-1a", "^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", or "unknown-1a"
}

impl Zone {
    fn check(text: &str) -> Result<(), Wrong> {
        let region = text.strip_suffix(|last: char| last.is_ascii_lowercase());
        if region.is_some_and(|region| Region::check(region).is_ok()) {
            return Ok(());
        }
        Err(Wrong::new("is no availability zone"))
    }
}
