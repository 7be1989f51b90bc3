//! Which requests a rule is for, and which of two matches goes first, as the Gateway API orders them.

use std::cmp::Reverse;

use http::request::Parts;
use http::{HeaderName, Method};

/// What a request's path has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathMatch {
    /// The whole path.
    Exact(String),
    /// Its first elements; held without a slash at its end, so that `/` is the empty string.
    Prefix(String),
}

impl PathMatch {
    /// A prefix as it is written in a route.
    pub(super) fn prefix(written: &str) -> Self {
        Self::Prefix(written.trim_end_matches('/').to_owned())
    }

    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(whole) => path == whole,
            Self::Prefix(first) => path
                .strip_prefix(first.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        }
    }
}

/// One match of a rule: all of it has to be true of a request.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pub(super) path: PathMatch,
    pub(super) method: Option<Method>,
    pub(super) headers: Vec<(HeaderName, String)>,
}

impl Match {
    /// What a rule without matches is for: everything.
    pub(super) fn everything() -> Self {
        Self {
            path: PathMatch::prefix("/"),
            method: None,
            headers: Vec::new(),
        }
    }

    pub(super) fn matches(&self, request: &Parts) -> bool {
        self.path.matches(request.uri.path())
            && self
                .method
                .as_ref()
                .is_none_or(|method| *method == request.method)
            && self.headers.iter().all(|(name, wanted)| {
                let values: Vec<&str> = request
                    .headers
                    .get_all(name)
                    .iter()
                    .filter_map(|value| value.to_str().ok())
                    .collect();
                !values.is_empty() && values.join(",") == *wanted
            })
    }

    /// The smaller goes first: exact paths, longer prefixes, a method, more headers (Gateway API, `HTTPRouteRule`).
    pub(super) fn precedence(&self) -> impl Ord + use<> {
        let path = match &self.path {
            PathMatch::Exact(path) => (1, path.len()),
            PathMatch::Prefix(path) => (0, path.len()),
        };
        Reverse((path, self.method.is_some(), self.headers.len()))
    }
}
