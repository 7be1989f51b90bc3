//! Versions and constraints as Masterminds' `semver` reads them, which differ from Cargo's.

use std::cmp::Ordering;
use std::fmt;

use crate::error::Fail;

/// A version; parts that are not written are zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) major: u64,
    pub(crate) minor: u64,
    pub(crate) patch: u64,
    pub(crate) prerelease: String,
    pub(crate) metadata: String,
    pub(crate) original: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl Version {
    pub(crate) fn parse(text: &str) -> Result<Self, Fail> {
        let wrong = || Fail::from(format!("`{text}` is no semantic version"));
        let bare = text.strip_prefix('v').unwrap_or(text);
        let (bare, metadata) = bare.split_once('+').map_or((bare, ""), |(a, b)| (a, b));
        let (numbers, prerelease) = bare.split_once('-').map_or((bare, ""), |(a, b)| (a, b));
        if (bare.len() > numbers.len() && prerelease.is_empty())
            || !identifiers(prerelease)
            || !identifiers(metadata)
        {
            return Err(wrong());
        }
        let mut parts = Vec::new();
        for part in numbers.split('.') {
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong());
            }
            parts.push(part.parse().map_err(|_| wrong())?);
        }
        if parts.len() > 3 {
            return Err(wrong());
        }
        let part = |at: usize| parts.get(at).copied().unwrap_or(0);
        Ok(Self {
            major: part(0),
            minor: part(1),
            patch: part(2),
            prerelease: prerelease.to_owned(),
            metadata: metadata.to_owned(),
            original: text.to_owned(),
        })
    }

    fn compare(&self, other: &Version) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| compare_prereleases(&self.prerelease, &other.prerelease))
    }
}

fn identifiers(text: &str) -> bool {
    text.is_empty()
        || text.split('.').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

fn compare_prereleases(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Groups joined by `||`, of conditions joined by commas or spaces.
pub(crate) struct Constraint {
    groups: Vec<Vec<Condition>>,
}

struct Condition {
    operator: String,
    version: Version,
    /// How many of the three numbers are given; the rest is `x`.
    given: usize,
}

impl Constraint {
    pub(crate) fn parse(text: &str) -> Result<Self, Fail> {
        let groups = text
            .split("||")
            .map(|group| {
                conditions(group).ok_or_else(|| Fail::from(format!("`{text}` is no constraint on versions")))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }

    pub(crate) fn allows(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            let prereleases = group
                .iter()
                .any(|condition| !condition.version.prerelease.is_empty());
            group
                .iter()
                .all(|condition| condition.allows(version, prereleases))
        })
    }
}

/// The conditions of a group. `1 - 2` is two of them.
fn conditions(group: &str) -> Option<Vec<Condition>> {
    let mut words: Vec<String> = Vec::new();
    let spaced = group.replace(',', " ");
    let mut waiting = String::new();
    for word in spaced.split_whitespace() {
        if word.chars().all(|character| "=!<>~^".contains(character)) {
            if !waiting.is_empty() {
                return None;
            }
            word.clone_into(&mut waiting);
            continue;
        }
        words.push(std::mem::take(&mut waiting) + word);
    }
    if !waiting.is_empty() || words.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if words.get(at + 1).is_some_and(|word| word == "-") {
            found.push(condition(&format!(">={}", words[at]))?);
            found.push(condition(&format!("<={}", words.get(at + 2)?))?);
            at += 3;
        } else {
            found.push(condition(&words[at])?);
            at += 1;
        }
    }
    Some(found)
}

fn condition(word: &str) -> Option<Condition> {
    let version_at = word.find(|character: char| !"=!<>~^".contains(character))?;
    let (operator, version) = word.split_at(version_at);
    if !matches!(
        operator,
        "" | "=" | "!=" | ">" | "<" | ">=" | "=>" | "<=" | "=<" | "~" | "~>" | "^"
    ) {
        return None;
    }
    let version = version.strip_prefix('v').unwrap_or(version);
    let (numbers, tail) = version
        .find(['-', '+'])
        .map_or((version, ""), |at| version.split_at(at));
    let parts: Vec<&str> = numbers.split('.').collect();
    if parts.len() > 3 {
        return None;
    }
    let given = parts
        .iter()
        .position(|part| matches!(*part, "x" | "X" | "*"))
        .unwrap_or(parts.len());
    let mut full: Vec<&str> = parts[..given].to_vec();
    full.resize(3, "0");
    let tail = if given > 0 { tail } else { "" };
    let version = Version::parse(&format!("{}{tail}", full.join("."))).ok()?;
    Some(Condition {
        operator: operator.to_owned(),
        version,
        given,
    })
}

impl Condition {
    fn allows(&self, version: &Version, prereleases: bool) -> bool {
        if !version.prerelease.is_empty() && !prereleases {
            return false;
        }
        let order = version.compare(&self.version);
        let same_major = version.major == self.version.major;
        let same_minor = same_major && version.minor == self.version.minor;
        match self.operator.as_str() {
            ">" if self.given == 3 => order == Ordering::Greater,
            ">" => match self.given {
                0 => false,
                1 => version.major > self.version.major,
                _ => version.major > self.version.major || (same_major && version.minor > self.version.minor),
            },
            "<" => order == Ordering::Less,
            ">=" | "=>" => order != Ordering::Less,
            "<=" | "=<" if self.given == 3 => order != Ordering::Greater,
            "<=" | "=<" => match self.given {
                0 => true,
                1 => version.major <= self.version.major,
                _ => {
                    version.major < self.version.major || (same_major && version.minor <= self.version.minor)
                }
            },
            "!=" => match self.given {
                0 | 1 => !same_major,
                2 => !same_minor,
                _ => order != Ordering::Equal,
            },
            "^" => self.caret(version, order),
            "" | "=" if self.given == 3 => order == Ordering::Equal,
            _ => self.tilde(version, order),
        }
    }

    fn tilde(&self, version: &Version, order: Ordering) -> bool {
        if order == Ordering::Less {
            return false;
        }
        let wanted = &self.version;
        match self.given {
            0 => true,
            1 => version.major == wanted.major,
            3 if (wanted.major, wanted.minor, wanted.patch) == (0, 0, 0) => true,
            _ => version.major == wanted.major && version.minor == wanted.minor,
        }
    }

    fn caret(&self, version: &Version, order: Ordering) -> bool {
        let wanted = &self.version;
        if order == Ordering::Less {
            return false;
        }
        if self.given == 0 {
            return true;
        }
        if wanted.major > 0 || self.given == 1 {
            return version.major == wanted.major;
        }
        if version.major > 0 {
            return false;
        }
        if wanted.minor > 0 || self.given == 2 {
            return version.minor == wanted.minor;
        }
        version.minor == 0 && version.patch == wanted.patch
    }
}
