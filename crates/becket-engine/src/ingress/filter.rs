//! What a rule does to a request on its way: header changes, redirects, rewrites. Reading them from a route is
//! [`super::read`]'s job.

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};

use super::matching::PathMatch;

/// A filter of a rule that is served here.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    RequestHeaders(HeaderChange),
    ResponseHeaders(HeaderChange),
    Redirect(Redirect),
    Rewrite(Rewrite),
}

/// Headers to set, add and remove.
#[derive(Debug, Clone, Default)]
pub(super) struct HeaderChange {
    pub(super) set: Vec<(HeaderName, HeaderValue)>,
    pub(super) add: Vec<(HeaderName, HeaderValue)>,
    pub(super) remove: Vec<HeaderName>,
}

impl HeaderChange {
    pub(super) fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.set {
            headers.insert(name, value.clone());
        }
        for (name, value) in &self.add {
            headers.append(name, value.clone());
        }
        for name in &self.remove {
            headers.remove(name);
        }
    }
}

/// What becomes of the path.
#[derive(Debug, Clone)]
pub(super) enum PathChange {
    Full(String),
    Prefix(String),
}

impl PathChange {
    fn apply(&self, path: &str, matched: &PathMatch) -> String {
        match (self, matched) {
            (Self::Full(whole), _) => whole.clone(),
            (Self::Prefix(new), PathMatch::Prefix(old)) => {
                let rest = path
                    .strip_prefix(old.as_str())
                    .unwrap_or(path)
                    .trim_start_matches('/');
                let new = new.trim_end_matches('/');
                if rest.is_empty() && !new.is_empty() {
                    new.to_owned()
                } else {
                    format!("{new}/{rest}")
                }
            }
            (Self::Prefix(new), PathMatch::Exact(_)) => new.clone(),
        }
    }
}

/// An answer that sends the client elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Redirect {
    pub(super) scheme: Option<String>,
    pub(super) host: Option<String>,
    pub(super) path: Option<PathChange>,
    pub(super) port: Option<u16>,
    pub(super) status: StatusCode,
}

impl Redirect {
    /// The place a request for `host` on `port` is sent to.
    pub(super) fn location(&self, request: &Parts, matched: &PathMatch, host: &str, port: u16) -> String {
        let path = match &self.path {
            Some(change) => change.apply(request.uri.path(), matched),
            None => request.uri.path().to_owned(),
        };
        let query = request
            .uri
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let scheme = self.scheme.as_deref().unwrap_or("https");
        let usual = if scheme == "http" { 80 } else { 443 };
        let port = self.port.unwrap_or(if self.scheme.is_some() && scheme == "http" {
            usual
        } else {
            port
        });
        let port = if port == usual {
            String::new()
        } else {
            format!(":{port}")
        };
        format!(
            "{scheme}://{}{port}{path}{query}",
            self.host.as_deref().unwrap_or(host)
        )
    }
}

/// A change of what the backend is asked for.
#[derive(Debug, Clone)]
pub(super) struct Rewrite {
    pub(super) host: Option<HeaderValue>,
    pub(super) path: Option<PathChange>,
}

impl Rewrite {
    /// Changes the request; `false` when the path that results cannot be asked for.
    pub(super) fn apply(&self, request: &mut Parts, matched: &PathMatch) -> bool {
        if let Some(host) = &self.host {
            request.headers.insert(header::HOST, host.clone());
        }
        let Some(change) = &self.path else { return true };
        let query = request
            .uri
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let changed = format!("{}{query}", change.apply(request.uri.path(), matched));
        match PathAndQuery::try_from(changed) {
            Ok(path) => {
                request.uri = Uri::from(path);
                true
            }
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_replaced_as_the_gateway_api_says() {
        let cases = [
            ("/foo/bar", "/foo", "/xyz", "/xyz/bar"),
            ("/foo/bar", "/foo", "/xyz/", "/xyz/bar"),
            ("/foo/bar", "/foo/", "/xyz", "/xyz/bar"),
            ("/foo", "/foo", "/xyz", "/xyz"),
            ("/foo/", "/foo", "/xyz", "/xyz"),
            ("/foo/bar", "/foo", "", "/bar"),
            ("/foo/bar", "/foo", "/", "/bar"),
            ("/foo", "/foo", "/", "/"),
            ("/bar", "/", "/xyz", "/xyz/bar"),
        ];
        for (path, old, new, wanted) in cases {
            let changed = PathChange::Prefix(new.to_owned()).apply(path, &PathMatch::prefix(old));
            assert_eq!(changed, wanted, "{path}: {old} -> {new}");
        }
    }
}
