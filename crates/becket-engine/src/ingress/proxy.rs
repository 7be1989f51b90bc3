//! One request's way: to the console, to a pod, or to a page that says why not.

use std::net::IpAddr;
use std::sync::Arc;

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::sync::watch;

use super::dial::{Connection, Dial, DialError};
use super::filter::Filter;
use super::matching::PathMatch;
use super::page::Page;
use super::route::{Found, RouteTable};
use super::rule::{Backend, Rule};
use super::{Body, LocalHost, headers};

/// How often a pod that refuses the connection is replaced by another.
const ATTEMPTS: usize = 3;

/// What all connections share.
pub(super) struct Proxy {
    pub(super) dial: Arc<dyn Dial>,
    pub(super) console: Option<LocalHost>,
    pub(super) routes: watch::Receiver<Arc<RouteTable>>,
    pub(super) closing: watch::Receiver<bool>,
    pub(super) port: u16,
}

impl Proxy {
    /// Answers a request; there is always an answer.
    pub(super) async fn answer(&self, peer: IpAddr, mut request: Request<Incoming>) -> Response<Body> {
        let asked = request.headers().clone();
        let Some((host, written)) = host_of(&request) else {
            let text = "the request names no host, so it cannot be routed";
            return Page::new(StatusCode::BAD_REQUEST, "no host", text).answer(&asked);
        };
        if let Some(console) = self.console.as_ref().filter(|console| console.host == host) {
            return (console.service)(request).await;
        }
        if request.method() == Method::CONNECT {
            let text = "the ingress serves hosts; it is no proxy to elsewhere";
            return Page::new(StatusCode::METHOD_NOT_ALLOWED, "CONNECT is not served", text).answer(&asked);
        }
        let upgraded = hyper::upgrade::on(&mut request);
        let (mut parts, body) = request.into_parts();
        let table = Arc::clone(&self.routes.borrow());
        let answer = match table.find(&host, &parts) {
            Found::NoHost => Err(self.no_host(&host, &table)),
            Found::NoRule => Err(Page::new(
                StatusCode::NOT_FOUND,
                "no rule for this path",
                format!(
                    "`{host}` is served, but no rule of its HTTPRoute matches {} {}",
                    parts.method,
                    parts.uri.path()
                ),
            )),
            Found::Rule(rule, matched) => {
                headers::set_forwarded(&mut parts.headers, peer, &written, self.port);
                parts.headers.insert(header::HOST, written);
                self.apply(&rule, &matched, &host, parts, body, upgraded).await
            }
        };
        answer.unwrap_or_else(|page| page.answer(&asked))
    }

    fn no_host(&self, host: &str, table: &RouteTable) -> Page {
        let text = format!("`{host}` is no host of this platform; these are served here:");
        let mut page = Page::new(StatusCode::NOT_FOUND, "no such host", text);
        let console = self.console.iter().map(|console| console.host.as_str());
        page.links = console
            .chain(table.hosts())
            .map(|host| format!("https://{host}:{}/", self.port))
            .collect();
        page
    }

    async fn apply(
        &self,
        rule: &Rule,
        matched: &PathMatch,
        host: &str,
        mut parts: Parts,
        body: Incoming,
        upgraded: OnUpgrade,
    ) -> Result<Response<Body>, Page> {
        if let Some(fault) = &rule.fault {
            return Err(Page::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "a rule that is not served here",
                fault,
            ));
        }
        let mut on_response = Vec::new();
        for filter in &rule.filters {
            match filter {
                Filter::RequestHeaders(change) => change.apply(&mut parts.headers),
                Filter::ResponseHeaders(change) => on_response.push(change),
                Filter::Redirect(redirect) => {
                    let location = redirect.location(&parts, matched, host, self.port);
                    return redirected(redirect.status, &location);
                }
                Filter::Rewrite(rewrite) => {
                    if !rewrite.apply(&mut parts, matched) {
                        let text = "the path that the route's URLRewrite makes cannot be asked for";
                        return Err(Page::new(
                            StatusCode::INTERNAL_SERVER_ERROR,
                            "a rewrite that fails",
                            text,
                        ));
                    }
                }
            }
        }
        let Some(backend) = rule.backend() else {
            let text = format!(
                "HTTPRoute {}/{} leads to no Service with a weight",
                rule.namespace, rule.route
            );
            return Err(Page::new(StatusCode::INTERNAL_SERVER_ERROR, "no backend", text));
        };
        let mut response = self.forward(rule, backend, parts, body, upgraded).await?;
        for change in on_response {
            change.apply(response.headers_mut());
        }
        Ok(response)
    }

    async fn forward(
        &self,
        rule: &Rule,
        backend: &Backend,
        mut parts: Parts,
        body: Incoming,
        upgraded: OnUpgrade,
    ) -> Result<Response<Body>, Page> {
        let service = format!(
            "Service {}/{} port {}",
            rule.namespace, backend.service, backend.port
        );
        let stream = self.dial(rule, backend, &service).await?;
        let failed = |error: hyper::Error| {
            let text = format!("{service}: the pod took the connection but gave no answer: {error}");
            Page::new(StatusCode::BAD_GATEWAY, "no answer", text)
        };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
        tokio::spawn(connection.with_upgrades());

        let protocol = headers::upgrade(&parts.headers).filter(|_| parts.version == Version::HTTP_11);
        for_http1(&mut parts);
        if let Some(protocol) = &protocol {
            headers::set_upgrade(&mut parts.headers, protocol.clone());
        }
        let answer = sender.send_request(Request::from_parts(parts, body));
        let mut response = match rule.timeout {
            None => answer.await,
            Some(limit) => {
                let Ok(answer) = tokio::time::timeout(limit, answer).await else {
                    let text = format!("{service}: no answer within {limit:?}, the timeout of the HTTPRoute");
                    return Err(Page::new(StatusCode::GATEWAY_TIMEOUT, "no answer in time", text));
                };
                answer
            }
        }
        .map_err(failed)?;

        let agreed = headers::upgrade(response.headers()).filter(|_| protocol.is_some());
        headers::strip(response.headers_mut());
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let backend = hyper::upgrade::on(&mut response);
            tokio::spawn(tunnel(upgraded, backend, self.closing.clone()));
            if let Some(agreed) = agreed {
                headers::set_upgrade(response.headers_mut(), agreed);
            }
        }
        *response.version_mut() = Version::default();
        Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
    }

    async fn dial(&self, rule: &Rule, backend: &Backend, service: &str) -> Result<Box<dyn Connection>, Page> {
        for _attempt in 0..ATTEMPTS {
            match self
                .dial
                .dial(&rule.namespace, &backend.service, backend.port)
                .await
            {
                Ok(stream) => return Ok(stream),
                Err(DialError::Refused) => {}
                Err(DialError::NotReady(why)) => {
                    let text = format!("{service} has no ready pods\n{why}");
                    return Err(Page::new(StatusCode::SERVICE_UNAVAILABLE, "no ready pods", text));
                }
                Err(DialError::Missing(why)) => {
                    let text = format!("{service} cannot be reached\n{why}");
                    return Err(Page::new(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "no such Service",
                        text,
                    ));
                }
                Err(DialError::Io(error)) => {
                    return Err(Page::new(
                        StatusCode::BAD_GATEWAY,
                        "no connection",
                        format!("{service}: {error}"),
                    ));
                }
            }
        }
        let text = format!(
            "{service}: its pods are ready but refused the connection, {ATTEMPTS} times\nlook at their logs"
        );
        Err(Page::new(StatusCode::BAD_GATEWAY, "connection refused", text))
    }
}

/// The host that is asked for, without its port and in lower case, and as it was written.
fn host_of(request: &Request<Incoming>) -> Option<(String, HeaderValue)> {
    let written = match request.uri().authority() {
        Some(authority) => HeaderValue::from_str(authority.as_str()).ok()?,
        None => request.headers().get(header::HOST)?.clone(),
    };
    let text = written.to_str().ok()?;
    let host = match text.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => text,
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    (!host.is_empty()).then_some((host, written))
}

/// Makes a request of any version one that HTTP/1.1 can carry to the backend.
fn for_http1(parts: &mut Parts) {
    headers::strip(&mut parts.headers);
    // The ingress has answered this one itself, by reading the body.
    parts.headers.remove(header::EXPECT);
    headers::join_cookies(&mut parts.headers);
    let path = parts.uri.path_and_query().cloned();
    parts.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    parts.version = Version::HTTP_11;
}

fn redirected(status: StatusCode, location: &str) -> Result<Response<Body>, Page> {
    let location = HeaderValue::from_str(location).map_err(|_| {
        let text = format!("the route's redirect leads to `{location}`, which is no URL");
        Page::new(StatusCode::INTERNAL_SERVER_ERROR, "a redirect that fails", text)
    })?;
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    *response.headers_mut() = HeaderMap::from_iter([(header::LOCATION, location)]);
    Ok(response)
}

/// Passes bytes both ways between a client and a pod that agreed on another protocol, until one of them or the ingress
/// ends.
async fn tunnel(client: OnUpgrade, backend: OnUpgrade, mut closing: watch::Receiver<bool>) {
    let (Ok(client), Ok(backend)) = tokio::join!(client, backend) else {
        return;
    };
    let (mut client, mut backend) = (TokioIo::new(client), TokioIo::new(backend));
    tokio::select! {
        () = closed(&mut closing) => {}
        _ = tokio::io::copy_bidirectional(&mut client, &mut backend) => {}
    }
}

/// Waits until the ingress closes.
pub(super) async fn closed(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}
