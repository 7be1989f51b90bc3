//! The zone at the DNS provider.

use crate::shape::{Wrong, choice, record};
use crate::text::text;

choice! {
    /// Where the zone comes from.
    pub enum ZoneOrigin {
        /// It is there already, and looked up by its name.
        Existing = "existing",
        /// It is made with the platform.
        New = "new",
    }
}

record! {
    /// The zone of `domain` at Cloudflare.
    pub struct Dns {
        /// Whether the zone is there already (`existing`) or made with the platform (`new`).
        zone: ZoneOrigin = ZoneOrigin::Existing,
        /// The account at Cloudflare that a new zone is made in: 32 hexadecimal digits.
        account: Option<CloudflareAccount>,
    }
}

text! {
    /// An account's identifier at Cloudflare.
    CloudflareAccount: "32 hexadecimal digits", "^[0-9a-f]{32}$", or "00000000000000000000000000000000"
}

impl CloudflareAccount {
    fn check(text: &str) -> Result<(), Wrong> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 32 && text.bytes().all(hex) {
            return Ok(());
        }
        Err(Wrong::new(
            "is no identifier of an account at Cloudflare: it has 32 hexadecimal digits",
        ))
    }
}
