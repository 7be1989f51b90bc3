//! Patterns as the three parts of Argo CD that have them read them.
//!
//! The files generator asks `git ls-files`, where `*` matches `/` too; the directories generator asks Go's `path.Match`,
//! where it does not; projects ask a glob in which only `**` crosses the separators that are given.

/// Whether a files generator with the pattern `pattern` finds the file at `path`: `git ls-files -- pattern`.
///
/// A pattern that is a folder finds all files below it.
pub fn matches_file(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    if pattern.is_empty() {
        return false;
    }
    if let Some(rest) = path.strip_prefix(pattern)
        && (rest.is_empty() || rest.starts_with('/') || pattern.ends_with('/'))
    {
        return true;
    }
    if !pattern.contains(['?', '[', '\\']) {
        return stars(pattern, path);
    }
    let characters: Vec<char> = path.chars().collect();
    wild(&tokens(pattern, Dialect::Git), &characters, |_| true)
}

/// Matching where a star takes all and there is nothing else: the first part begins the text, the last one ends it, and
/// those between are found one after the other.
fn stars(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Whether a directories generator with the pattern `pattern` finds the folder `path`: Go's `path.Match`. A malformed
/// pattern matches nothing.
pub fn matches_folder(pattern: &str, path: &str) -> bool {
    let tokens = tokens(pattern, Dialect::Path);
    !tokens.contains(&Token::Broken)
        && wild(&tokens, &path.chars().collect::<Vec<_>>(), |character| {
            character != '/'
        })
}

/// Whether a project's `pattern` matches `value`; `*` does not match the separators, `**` does.
pub(crate) fn matches_name(pattern: &str, value: &str, separators: &[char]) -> bool {
    if pattern == "*" {
        return true;
    }
    let value: Vec<char> = value.chars().collect();
    alternatives(pattern).iter().any(|pattern| {
        wild(&tokens(pattern, Dialect::Project), &value, |character| {
            !separators.contains(&character)
        })
    })
}

/// The part of a pattern before its first wildcard, up to the last `/` in it: the folder in which all matches lie.
pub(crate) fn fixed_folder(pattern: &str) -> &str {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let plain = pattern
        .find(['*', '?', '[', '\\'])
        .map_or(pattern, |at| &pattern[..at]);
    plain.rfind('/').map_or("", |at| &plain[..at])
}

#[derive(Debug, PartialEq)]
enum Token {
    One(char),
    /// `?`
    Any,
    /// `*`
    Star,
    /// `**`, where it differs from `*`.
    Cross,
    Class(bool, Vec<(char, char)>),
    Broken,
}

/// Whose rules a pattern follows.
#[derive(Clone, Copy, PartialEq)]
enum Dialect {
    /// `git ls-files`.
    Git,
    /// Go's `path.Match`.
    Path,
    /// The globs of projects.
    Project,
}

fn tokens(pattern: &str, dialect: Dialect) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        tokens.push(match character {
            '*' if dialect == Dialect::Project && rest.next_if_eq(&'*').is_some() => Token::Cross,
            '*' => Token::Star,
            '?' => Token::Any,
            '\\' => rest.next().map_or(Token::Broken, Token::One),
            '[' => class(&mut rest, dialect).unwrap_or(Token::Broken),
            other => Token::One(other),
        });
    }
    tokens
}

/// `{a,b}` is two patterns.
fn alternatives(pattern: &str) -> Vec<String> {
    let Some((before, rest)) = pattern.split_once('{') else {
        return vec![pattern.to_owned()];
    };
    let Some((inside, after)) = rest.split_once('}') else {
        return vec![pattern.to_owned()];
    };
    let tails = if after.len() < 1000 {
        alternatives(after)
    } else {
        vec![after.to_owned()]
    };
    inside
        .split(',')
        .flat_map(|choice| tails.iter().map(move |tail| format!("{before}{choice}{tail}")))
        .take(1000)
        .collect()
}

fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, dialect: Dialect) -> Option<Token> {
    let posix = dialect != Dialect::Path;
    let negated = rest
        .next_if(|character| *character == '^' || (posix && *character == '!'))
        .is_some();
    let mut ranges = Vec::new();
    loop {
        let mut low = rest.next()?;
        if low == ']' && (!ranges.is_empty() || !posix) {
            return (!ranges.is_empty()).then_some(Token::Class(negated, ranges));
        }
        if low == '\\' {
            low = rest.next()?;
        }
        let mut high = low;
        if rest.peek() == Some(&'-') {
            let mut ahead = rest.clone();
            ahead.next();
            if ahead.peek().is_some_and(|next| *next != ']') {
                high = ahead.next()?;
                if high == '\\' {
                    high = ahead.next()?;
                }
                *rest = ahead;
            }
        }
        ranges.push((low, high));
    }
}

/// Matching by all places of the pattern that are reached, so that it takes no more than length times length steps.
fn wild(pattern: &[Token], text: &[char], star_takes: impl Fn(char) -> bool) -> bool {
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    close(pattern, &mut reached);
    for character in text {
        let mut next = vec![false; pattern.len() + 1];
        for (at, token) in pattern.iter().enumerate() {
            if !reached[at] {
                continue;
            }
            match token {
                Token::One(wanted) if wanted == character => next[at + 1] = true,
                Token::Any if star_takes(*character) => next[at + 1] = true,
                Token::Star if star_takes(*character) => next[at] = true,
                Token::Cross => next[at] = true,
                Token::Class(negated, ranges) if star_takes(*character) => {
                    let within = ranges
                        .iter()
                        .any(|(low, high)| low <= character && character <= high);
                    if within != *negated {
                        next[at + 1] = true;
                    }
                }
                _ => {}
            }
        }
        close(pattern, &mut next);
        reached = next;
    }
    reached[pattern.len()]
}

/// A star may match nothing.
fn close(pattern: &[Token], reached: &mut [bool]) {
    for (at, token) in pattern.iter().enumerate() {
        if reached[at] && matches!(token, Token::Star | Token::Cross) {
            reached[at + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_of_the_files_generator_matches_slashes_too() {
        assert!(matches_file(
            "apps/*/release/kustomization.yaml",
            "apps/orders/release/kustomization.yaml"
        ));
        assert!(matches_file(
            "clusters/nonprod/system/*/Chart.yaml",
            "clusters/nonprod/system/a/charts/b/Chart.yaml"
        ));
        assert!(!matches_file("apps/*/local.yaml", "apps/local.yaml"));
        assert!(
            matches_file("apps", "apps/orders/x.yaml"),
            "a folder stands for all below it"
        );
        assert!(!matches_file("app", "apps/orders/x.yaml"));
        assert!(matches_file("apps/**/x.yaml", "apps/a/b/x.yaml"));
        assert!(!matches_file("apps/**/x.yaml", "apps/x.yaml"));
        assert!(matches_file("apps/[a-o]*/x", "apps/orders/x"));
        assert!(!matches_file("apps/[!o]*/x", "apps/orders/x"));
    }

    #[test]
    fn a_star_of_the_directories_generator_does_not() {
        assert!(matches_folder("apps/*", "apps/orders"));
        assert!(!matches_folder("apps/*", "apps/orders/base"));
        assert!(matches_folder("*", "apps"));
        assert!(!matches_folder("apps/[", "apps/["));
        assert!(matches_folder("apps/[^a]?", "apps/qa"));
    }

    #[test]
    fn a_project_crosses_separators_with_two_stars_only() {
        let url = "https://github.com/acme/gitops";
        assert!(matches_name("https://github.com/acme/*", url, &['/']));
        assert!(!matches_name("https://github.com/*", url, &['/']));
        assert!(matches_name("https://github.com/**", url, &['/']));
        assert!(matches_name("{https,http}://github.com/acme/*", url, &['/']));
        assert!(matches_name("kube-*", "kube-system", &[]));
    }

    #[test]
    fn the_fixed_folder_ends_before_the_first_wildcard() {
        assert_eq!(fixed_folder("apps/*/x"), "apps");
        assert_eq!(fixed_folder("apps/o*/x"), "apps");
        assert_eq!(fixed_folder("*"), "");
        assert_eq!(fixed_folder("a/b/c.yaml"), "a/b");
    }

    proptest::proptest! {
        #[test]
        fn the_short_way_finds_what_the_long_way_does(pattern in "[ab/*]{0,8}", text in "[ab/]{0,8}") {
            let long = wild(&tokens(&pattern, Dialect::Git), &text.chars().collect::<Vec<_>>(), |_| true);
            proptest::prop_assert_eq!(stars(&pattern, &text), long);
        }
    }
}
