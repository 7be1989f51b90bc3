//! Names: what Kubernetes, DNS and the names derived from them allow, parsed once.

use crate::shape::Wrong;
use crate::text::text;

/// Words that YAML 1.1, which Helm and Kubernetes' tools read, takes for truth values and nothing where they stand bare.
const BARE_WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// A label of DNS as RFC 1123 has it, of at most `longest` characters; `letter_first` as RFC 1035 has it.
fn label(text: &str, longest: usize, letter_first: bool) -> Result<(), Wrong> {
    if text.is_empty() {
        return Err(Wrong::new("is empty"));
    }
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let meant = || {
        let lower: String = text
            .to_lowercase()
            .chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() {
                    character
                } else {
                    '-'
                }
            })
            .collect();
        let lower = lower.trim_matches('-').to_owned();
        label(&lower, longest, letter_first).is_ok().then_some(lower)
    };
    let wrong = |reason: &str| Wrong {
        reason: reason.to_owned(),
        meant: meant(),
    };
    if !text.bytes().all(allowed) {
        return Err(wrong("holds something other than a-z, 0-9 and `-`"));
    }
    if text.starts_with('-') || text.ends_with('-') {
        return Err(wrong("starts or ends with `-`"));
    }
    if letter_first && !text.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(Wrong::new("does not start with a letter"));
    }
    if text.len() > longest {
        return Err(Wrong::new(format!("is longer than {longest} characters")));
    }
    Ok(())
}

/// A label that charts write without quotes.
fn bare_label(text: &str, longest: usize, letter_first: bool) -> Result<(), Wrong> {
    if BARE_WORDS.contains(&text) {
        return Err(Wrong::new(
            "means something else to Helm and other readers of YAML 1.1",
        ));
    }
    label(text, longest, letter_first)
}

/// Declares a type for texts that `$rule` lets through.
macro_rules! name {
    ($(#[doc = $doc:literal])* $name:ident, $rule:ident, $longest:literal, $letter_first:literal, $pattern:literal, $expected:literal) => {
        text! {
            $(#[doc = $doc])*
            $name: $expected, $pattern, or "unknown"
        }

        impl $name {
            fn check(text: &str) -> Result<(), Wrong> {
                $rule(text, $longest, $letter_first)
            }
        }
    };
}

name!(
    /// A platform's name. It starts the names of accounts' resources, so it is short.
    PlatformName,
    label,
    24,
    true,
    "^[a-z]([-a-z0-9]{0,22}[a-z0-9])?$",
    "a name such as `storefront`"
);
name!(
    /// A cluster's name, a label of host names.
    ClusterName,
    bare_label,
    30,
    true,
    "^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$",
    "a name such as `nonprod`"
);
name!(
    /// An environment's name, which is its namespace's and a label of host names.
    EnvironmentName,
    bare_label,
    30,
    true,
    "^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$",
    "a name such as `pre-prod`"
);
name!(
    /// A service's name, which Kubernetes Services (RFC 1035, 63 characters) and what is derived from it carry: the
    /// longest is the Job `<service>-migration`.
    ServiceName,
    label,
    53,
    true,
    "^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$",
    "a name such as `orders`"
);
name!(
    /// A team's name.
    TeamName,
    label,
    39,
    true,
    "^[a-z]([-a-z0-9]{0,37}[a-z0-9])?$",
    "a name such as `release-managers`"
);
name!(
    /// A name that Becket gives no meaning: an account, a node group, a table.
    Label,
    label,
    63,
    false,
    "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
    "a name such as `general`"
);

text! {
    /// A name that refers to something declared elsewhere in the file; that it exists is a rule's business.
    Reference: "a name", "^.+$", or "unknown"
}

impl Reference {
    fn check(text: &str) -> Result<(), Wrong> {
        if text.is_empty() {
            return Err(Wrong::new("is empty"));
        }
        Ok(())
    }
}

text! {
    /// The name of the organisation at GitHub that owns the repositories.
    Organisation: "a name such as `acme`", "^[A-Za-z0-9]([-A-Za-z0-9]{0,37}[A-Za-z0-9])?$", or "unknown"
}

impl Organisation {
    fn check(text: &str) -> Result<(), Wrong> {
        label(&text.to_ascii_lowercase(), 39, false)?;
        Ok(())
    }
}

text! {
    /// The name of an environment variable.
    VariableName: "a name such as `PAGE_SIZE`", "^[A-Z_][A-Z0-9_]*$", or "UNKNOWN"
}

impl VariableName {
    fn check(text: &str) -> Result<(), Wrong> {
        let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if text.is_empty()
            || !text.bytes().all(allowed)
            || text.starts_with(|first: char| first.is_ascii_digit())
        {
            let meant: String = text
                .to_uppercase()
                .chars()
                .map(|character| {
                    if character.is_ascii_alphanumeric() {
                        character
                    } else {
                        '_'
                    }
                })
                .collect();
            let reason = "is no name of an environment variable: A-Z, 0-9 and `_`, no digit first".to_owned();
            let usable = !meant.is_empty() && !meant.starts_with(|first: char| first.is_ascii_digit());
            return Err(Wrong {
                reason,
                meant: usable.then_some(meant),
            });
        }
        Ok(())
    }
}

text! {
    /// A domain name such as `acme.example`: RFC 1035 labels, at least two, at most 253 characters.
    DomainName: "a domain such as `acme.example`", "^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", or "unknown.example"
}

impl DomainName {
    fn check(text: &str) -> Result<(), Wrong> {
        if let Some(domain) = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
        {
            return Err(Wrong::meant(
                "is an address, not a domain",
                domain.trim_end_matches('/'),
            ));
        }
        if !text.contains('.') {
            return Err(Wrong::new("has one label only"));
        }
        host(text, 200)?;
        let top = text.rsplit('.').next().unwrap_or_default();
        if !top.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Err(Wrong::new("has a last label that does not start with a letter"));
        }
        Ok(())
    }
}

text! {
    /// The part of a host name before the environment's: `www` of `www.dev.acme.example`.
    Host: "a label such as `www`", "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$", or "unknown"
}

impl Host {
    fn check(text: &str) -> Result<(), Wrong> {
        host(text, 100).map_err(|wrong| {
            let lower = text.to_lowercase();
            let meant = host(&lower, 100).is_ok().then_some(lower);
            Wrong { meant, ..wrong }
        })?;
        Ok(())
    }
}

fn host(text: &str, longest: usize) -> Result<(), Wrong> {
    if text.len() > longest {
        return Err(Wrong::new(format!("is longer than {longest} characters")));
    }
    for part in text.split('.') {
        label(part, 63, false).map_err(|wrong| {
            let reason = if part.is_empty() {
                "has an empty label".to_owned()
            } else {
                wrong.reason
            };
            Wrong::new(reason)
        })?;
    }
    Ok(())
}
