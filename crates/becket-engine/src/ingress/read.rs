//! Reads the rules of an HTTPRoute. What is not served here is said, never skipped: a filter that cannot be applied
//! makes the rule answer with an error, as the Gateway API asks for.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};

use super::filter::{Filter, HeaderChange, PathChange, Redirect, Rewrite};
use super::matching::{Match, PathMatch};
use super::rule::{Backend, Condition, Rule};
use crate::time;

/// Reads one route; collects what there is to say about it.
pub(super) struct Reader<'a> {
    pub(super) namespace: &'a str,
    pub(super) route: &'a str,
    pub(super) local: &'a dyn Fn(&str) -> Option<String>,
    pub(super) conditions: Vec<Condition>,
}

impl Reader<'_> {
    /// Says something about `place`; `stops` when requests cannot be served because of it.
    pub(super) fn say(&mut self, place: &str, stops: bool, message: impl Into<String>) {
        self.conditions.push(Condition {
            namespace: self.namespace.to_owned(),
            route: self.route.to_owned(),
            place: place.to_owned(),
            stops,
            message: message.into(),
        });
    }

    fn unknown(&mut self, place: &str, fields: &Map<String, Value>, known: &[&str]) {
        for field in fields.keys().filter(|field| !known.contains(&field.as_str())) {
            self.say(
                &format!("{place}.{field}"),
                false,
                format!("`{field}` has no effect on this machine"),
            );
        }
    }

    /// The rule at `place` and the matches that lead to it.
    pub(super) fn rule(&mut self, place: &str, rule: &Value) -> (Rule, Vec<Match>) {
        let empty = Map::new();
        let fields = rule.as_object().unwrap_or(&empty);
        self.unknown(
            place,
            fields,
            &["name", "matches", "filters", "backendRefs", "timeouts"],
        );
        let said = self.conditions.len();
        let filters = list(fields.get("filters"))
            .enumerate()
            .filter_map(|(at, filter)| self.filter(&format!("{place}.filters[{at}]"), filter))
            .collect();
        let backends = list(fields.get("backendRefs"))
            .enumerate()
            .filter_map(|(at, backend)| self.backend(&format!("{place}.backendRefs[{at}]"), backend))
            .collect();
        let timeout = self.timeout(&format!("{place}.timeouts"), fields.get("timeouts"));
        let fault = self.conditions[said..]
            .iter()
            .find(|condition| condition.stops)
            .map(ToString::to_string);
        let matches = match fields
            .get("matches")
            .and_then(Value::as_array)
            .filter(|all| !all.is_empty())
        {
            None => vec![Match::everything()],
            Some(all) => all
                .iter()
                .enumerate()
                .filter_map(|(at, one)| self.matching(&format!("{place}.matches[{at}]"), one))
                .collect(),
        };
        (
            Rule::new(self.namespace, self.route, filters, backends, timeout, fault),
            matches,
        )
    }

    fn matching(&mut self, place: &str, one: &Value) -> Option<Match> {
        let empty = Map::new();
        let fields = one.as_object().unwrap_or(&empty);
        if fields.contains_key("queryParams") {
            self.say(
                place,
                true,
                "matching by query parameters is not served on this machine; the match is left out",
            );
            return None;
        }
        self.unknown(place, fields, &["path", "method", "headers"]);
        let path = match fields.get("path") {
            None => PathMatch::prefix("/"),
            Some(path) => {
                let value = text(path, "value").unwrap_or("/");
                match text(path, "type").unwrap_or("PathPrefix") {
                    "Exact" => PathMatch::Exact(value.to_owned()),
                    "PathPrefix" => PathMatch::prefix(value),
                    other => return self.no_match(&format!("{place}.path"), other),
                }
            }
        };
        let method = match fields.get("method").and_then(Value::as_str) {
            None => None,
            Some(name) => match Method::from_bytes(name.as_bytes()) {
                Ok(method) => Some(method),
                Err(_) => return self.no_match(&format!("{place}.method"), name),
            },
        };
        let mut headers: Vec<(HeaderName, String)> = Vec::new();
        for header in list(fields.get("headers")) {
            let (kind, name) = (
                text(header, "type").unwrap_or("Exact"),
                text(header, "name").unwrap_or_default(),
            );
            let (Ok(name), "Exact") = (name.parse::<HeaderName>(), kind) else {
                return self.no_match(
                    &format!("{place}.headers"),
                    if kind == "Exact" { name } else { kind },
                );
            };
            // Of several entries for one name only the first counts (Gateway API, `HTTPHeaderMatch`).
            if headers.iter().all(|(seen, _)| *seen != name) {
                headers.push((name, text(header, "value").unwrap_or_default().to_owned()));
            }
        }
        Some(Match {
            path,
            method,
            headers,
        })
    }

    fn no_match<T>(&mut self, place: &str, what: &str) -> Option<T> {
        self.say(
            place,
            true,
            format!("matching by `{what}` is not served on this machine; the match is left out"),
        );
        None
    }

    fn filter(&mut self, place: &str, filter: &Value) -> Option<Filter> {
        let kind = text(filter, "type").unwrap_or_default();
        let of = |name: &str| filter.get(name).unwrap_or(&Value::Null);
        match kind {
            "RequestHeaderModifier" => self
                .header_change(place, of("requestHeaderModifier"))
                .map(Filter::RequestHeaders),
            "ResponseHeaderModifier" => self
                .header_change(place, of("responseHeaderModifier"))
                .map(Filter::ResponseHeaders),
            "RequestRedirect" => self.redirect(place, of("requestRedirect")).map(Filter::Redirect),
            "URLRewrite" => self.rewrite(place, of("urlRewrite")).map(Filter::Rewrite),
            other => {
                self.say(
                    place,
                    true,
                    format!("the filter `{other}` is not served on this machine; the rule answers 500"),
                );
                None
            }
        }
    }

    fn header_change(&mut self, place: &str, change: &Value) -> Option<HeaderChange> {
        let mut pairs = |field: &str| {
            list(change.get(field))
                .map(|one| {
                    let name = text(one, "name").unwrap_or_default();
                    let pair = name
                        .parse::<HeaderName>()
                        .ok()
                        .zip(HeaderValue::from_str(text(one, "value")?).ok());
                    if pair.is_none() {
                        self.say(
                            place,
                            true,
                            format!("`{name}` is no header with a value that can be sent"),
                        );
                    }
                    pair
                })
                .collect::<Option<Vec<_>>>()
        };
        let (set, add) = (pairs("set")?, pairs("add")?);
        let remove = list(change.get("remove"))
            .filter_map(|name| name.as_str()?.parse().ok())
            .collect();
        Some(HeaderChange { set, add, remove })
    }

    fn path_change(&mut self, place: &str, path: Option<&Value>) -> Result<Option<PathChange>, ()> {
        let Some(path) = path else { return Ok(None) };
        let kind = text(path, "type").unwrap_or_default();
        let change = match kind {
            "ReplaceFullPath" => {
                text(path, "replaceFullPath").map(|whole| PathChange::Full(whole.to_owned()))
            }
            "ReplacePrefixMatch" => {
                text(path, "replacePrefixMatch").map(|new| PathChange::Prefix(new.to_owned()))
            }
            _ => None,
        };
        if change.is_none() {
            self.say(
                place,
                true,
                format!("the path cannot be changed by `{kind}`; the rule answers 500"),
            );
        }
        change.map(Some).ok_or(())
    }

    fn redirect(&mut self, place: &str, redirect: &Value) -> Option<Redirect> {
        let path = self.path_change(place, redirect.get("path")).ok()?;
        let status = match redirect.get("statusCode") {
            None => StatusCode::FOUND,
            Some(code) => match code
                .as_u64()
                .and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok())
            {
                Some(status) if status.is_redirection() => status,
                _ => {
                    self.say(
                        place,
                        true,
                        format!("`{code}` is no status of a redirect; the rule answers 500"),
                    );
                    return None;
                }
            },
        };
        let host =
            text(redirect, "hostname").map(|host| (self.local)(host).unwrap_or_else(|| host.to_owned()));
        let port = redirect.get("port").and_then(port);
        Some(Redirect {
            scheme: text(redirect, "scheme").map(str::to_owned),
            host,
            path,
            port,
            status,
        })
    }

    fn rewrite(&mut self, place: &str, rewrite: &Value) -> Option<Rewrite> {
        let path = self.path_change(place, rewrite.get("path")).ok()?;
        let host = text(rewrite, "hostname").and_then(|host| HeaderValue::from_str(host).ok());
        Some(Rewrite { host, path })
    }

    fn backend(&mut self, place: &str, backend: &Value) -> Option<Backend> {
        let (kind, group) = (
            text(backend, "kind").unwrap_or("Service"),
            text(backend, "group").unwrap_or_default(),
        );
        let name = text(backend, "name").unwrap_or_default();
        if kind != "Service" || !group.is_empty() {
            self.say(
                place,
                true,
                format!("a backend of kind `{kind}` is not served on this machine, only a Service"),
            );
            return None;
        }
        let namespace = text(backend, "namespace").unwrap_or(self.namespace);
        if namespace != self.namespace {
            let message = format!(
                "the Service `{name}` is in the namespace `{namespace}`, and references across namespaces are not served on this machine"
            );
            self.say(place, true, message);
            return None;
        }
        if list(backend.get("filters")).next().is_some() {
            self.say(
                place,
                true,
                "filters of a single backend are not served on this machine; the rule answers 500",
            );
        }
        let Some(port) = backend.get("port").and_then(port) else {
            self.say(place, true, format!("the Service `{name}` needs a `port`"));
            return None;
        };
        let weight = match backend.get("weight").filter(|weight| !weight.is_null()) {
            None => 1,
            Some(weight) => match weight.as_u64().and_then(|weight| u32::try_from(weight).ok()) {
                Some(number) if number <= Backend::MOST => number,
                _ => {
                    let most = Backend::MOST;
                    let message = format!("`{weight}` is no weight from 0 to {most}; the rule answers 500");
                    self.say(place, true, message);
                    return None;
                }
            },
        };
        Some(Backend {
            service: name.to_owned(),
            port,
            weight,
        })
    }

    fn timeout(&mut self, place: &str, timeouts: Option<&Value>) -> Option<Duration> {
        let timeouts = timeouts?.as_object()?;
        self.unknown(place, timeouts, &["request", "backendRequest"]);
        let mut shortest: Option<Duration> = None;
        for (field, value) in timeouts
            .iter()
            .filter(|(field, _)| matches!(field.as_str(), "request" | "backendRequest"))
        {
            match value.as_str().and_then(duration) {
                // Zero means without an end.
                Some(Duration::ZERO) => {}
                Some(time) => shortest = Some(shortest.map_or(time, |other| other.min(time))),
                None => self.say(
                    &format!("{place}.{field}"),
                    true,
                    format!("{value} is no duration such as `10s`"),
                ),
            }
        }
        shortest
    }
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn port(value: &Value) -> Option<u16> {
    u16::try_from(value.as_u64()?).ok().filter(|port| *port > 0)
}

/// A duration as the Gateway API writes it (GEP-2257): as Go does, with at most five digits to a number.
fn duration(written: &str) -> Option<Duration> {
    let mut numbers = written.split(|letter: char| !letter.is_ascii_digit());
    if numbers.any(|number| number.len() > 5) {
        return None;
    }
    time::duration(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_the_gateway_api_writes_them() {
        let cases = [
            ("10s", Some(10_000)),
            ("1m30s", Some(90_000)),
            ("12345s", Some(12_345_000)),
            ("123456s", None),
            ("10", None),
        ];
        for (written, wanted) in cases {
            assert_eq!(duration(written), wanted.map(Duration::from_millis), "{written}");
        }
    }
}
