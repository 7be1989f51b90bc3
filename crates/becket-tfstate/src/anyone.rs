//! Who may come where nobody is asked for a name: programs of this machine, and no page that a browser shows on it.
//!
//! A page of anywhere can have its reader's browser send requests to loopback, or have its own name lead there (DNS
//! rebinding), and would so write and read every state. Browsers say from which page a request comes, and which name it was
//! sent to; Terraform says neither `Origin` nor another name than it was given.

use std::net::IpAddr;

use hyper::header::{self, HeaderMap};

/// Whether a request can be one that a page had a browser send.
pub(crate) fn may_be_a_page(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    headers.contains_key(header::ORIGIN)
        || headers.contains_key("sec-fetch-site")
        || !host.is_none_or(is_local)
}

/// Whether a `Host` is an address, or a name that no page can have.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_be_a_page(said: &[(&'static str, &str)]) -> bool {
        let headers = said
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()));
        super::may_be_a_page(&headers.collect())
    }

    #[test]
    fn what_a_browser_sends_for_a_page_is_told_from_what_a_program_sends() {
        for program in ["127.0.0.1:8644", "localhost:8644", "LOCALHOST", "[::1]:8644"] {
            assert!(!may_be_a_page(&[("host", program)]), "{program}");
        }
        assert!(!may_be_a_page(&[]));
        for name in [
            "evil.example:8644",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "",
        ] {
            assert!(may_be_a_page(&[("host", name)]), "{name}");
        }
        let local = ("host", "127.0.0.1:8644");
        assert!(may_be_a_page(&[local, ("origin", "https://evil.example")]));
        assert!(may_be_a_page(&[local, ("origin", "null")]));
        assert!(may_be_a_page(&[local, ("sec-fetch-site", "cross-site")]));
    }
}
