//! The server: sockets, TLS, bodies, the clock and the log. What is answered is decided in `protocol`.

use std::convert::Infallible;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Body as HttpBody, Incoming};
use hyper::header::{self, HeaderMap};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;

use crate::access::{Denied, Identity};
use crate::anyone::may_be_a_page;
use crate::metrics::Metrics;
use crate::name::StateName;
use crate::pieces::Pieces;
use crate::protocol::{self, Answer, Ask, Body};
use crate::store::Store;
use crate::tls::{Certificates, common_name};

/// How long a client may be silent in the midst of a request or a handshake.
const SILENCE: Duration = Duration::from_secs(30);
/// How long requests may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_secs(30);
/// How many clients at once; more wait to be accepted.
const CONNECTIONS: usize = 1024;
/// States up to this size are verified whole before the first byte goes.
const WHOLE: u64 = 1 << 20;

/// Takes each line of the log.
pub type Log = Arc<dyn Fn(&Value) + Send + Sync>;

/// How to serve.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where; another address than loopback needs certificates.
    pub listen: SocketAddr,
    /// For TLS.
    pub certificates: Option<Certificates>,
    /// How many bytes a state may have.
    pub most: u64,
    /// How many bytes of states may be in memory at once while they are received; more wait.
    pub memory: u64,
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// States hold secrets.
    #[error("{0} can be reached from elsewhere, where states and tokens must not go in the clear")]
    Clear(SocketAddr),
    /// The address is not to be had.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
}

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    settings: Settings,
    memory: Arc<Semaphore>,
    metrics: Metrics,
    log: Log,
}

/// Whoever sends a request.
#[derive(Clone)]
struct Client {
    address: SocketAddr,
    certificate: Option<String>,
}

type Reply = Response<Either<Full<Bytes>, Pieces>>;

impl Server {
    /// Listens; clients are answered by [`Server::run`].
    pub async fn bind(store: Store, settings: Settings, log: Log) -> Result<Self, ServeError> {
        let address = settings.listen;
        if settings.certificates.is_none() && !address.ip().is_loopback() {
            return Err(ServeError::Clear(address));
        }
        let failed = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let memory = Arc::new(Semaphore::new(kilobytes(settings.memory) as usize));
        let shared = Shared {
            store,
            settings,
            memory,
            metrics: Metrics::default(),
            log,
        };
        Ok(Self {
            listener,
            address,
            shared: Arc::new(shared),
        })
    }

    /// Where it listens, with the port that was found for port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`, and then until every request that has begun is answered.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { listener, shared, .. } = self;
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let accepting = async {
            loop {
                let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                    return;
                };
                match listener.accept().await {
                    Ok((stream, address)) => {
                        let connected = connected(Arc::clone(&shared), stream, address, graceful.watcher());
                        tokio::spawn(async move {
                            connected.await;
                            drop(place);
                        });
                    }
                    Err(error) => {
                        shared.say("error", &format!("cannot accept a client: {error}"));
                        // Out of file descriptors, most likely: they come back as clients go.
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            }
        };
        tokio::select! {
            () = stop => {}
            () = accepting => {}
        }
        drop(listener);
        if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
            shared.say("warn", "stopped in the midst of requests that took too long");
        }
    }
}

async fn connected(shared: Arc<Shared>, stream: TcpStream, address: SocketAddr, watcher: Watcher) {
    drop(stream.set_nodelay(true));
    let Some(certificates) = &shared.settings.certificates else {
        let client = Client {
            address,
            certificate: None,
        };
        return serve(shared, stream, client, watcher).await;
    };
    let handshake = TlsAcceptor::from(Arc::clone(&certificates.0)).accept(stream);
    match tokio::time::timeout(SILENCE, handshake).await {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates();
            let certificate = shown.and_then(|chain| common_name(chain.first()?));
            let client = Client { address, certificate };
            serve(shared, stream, client, watcher).await;
        }
        Ok(Err(error)) => shared.say("warn", &format!("no TLS with {address}: {error}")),
        Err(_) => shared.say("warn", &format!("no TLS with {address}: it says nothing")),
    }
}

async fn serve<S>(shared: Arc<Shared>, stream: S, client: Client, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let (shared, client) = (Arc::clone(&shared), client.clone());
        async move { Ok::<_, Infallible>(handle(shared, client, request).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SILENCE)
        .serve_connection(TokioIo::new(stream), service);
    // A client that goes away in the midst is its own affair; what it asked for is done or not, never half.
    drop(watcher.watch(connection).await);
}

async fn handle(shared: Arc<Shared>, client: Client, request: Request<Incoming>) -> Reply {
    let begin = Instant::now();
    let (head, mut body) = request.into_parts();
    let (method, path) = (head.method.as_str(), head.uri.path());
    if matches!(path, "/healthz" | "/metrics") {
        let shared = Arc::clone(&shared);
        let metrics = path == "/metrics";
        let told = tokio::task::spawn_blocking(move || shared.tell(metrics)).await;
        return reply(told.unwrap_or_else(|_| gave_up()));
    }
    let mut done = Done::default();
    let answer = answer(&shared, &client, &head, &mut body, &mut done).await;
    if answer.status >= 400 {
        drain(&mut body).await;
    }
    let (status, note) = (answer.status, answer.note.clone());
    let reply = reply(answer);
    let sent = reply.body().size_hint().exact().unwrap_or_default();
    let took = begin.elapsed();
    shared.metrics.note(method, status, took, done.received, sent);
    (shared.log)(&json!({
        "time": Timestamp::now().to_string(),
        "level": match status { 500.. => "error", 400.. if status != 404 => "warn", _ => "info" },
        "message": note,
        "method": method,
        "path": path,
        "status": status,
        "user": done.user,
        "client": client.address.to_string(),
        "received": done.received,
        "sent": sent,
        "seconds": took.as_secs_f64(),
    }));
    reply
}

/// What the log says of a request beside its answer.
#[derive(Default)]
struct Done {
    user: Option<String>,
    received: u64,
}

async fn answer(
    shared: &Arc<Shared>,
    client: &Client,
    head: &hyper::http::request::Parts,
    body: &mut Incoming,
    done: &mut Done,
) -> Answer {
    let (name, ask) = match protocol::route(head.method.as_str(), head.uri.path(), head.uri.query()) {
        Ok(routed) => routed,
        Err(answer) => return answer,
    };
    let identity = match identify(shared, client, &head.headers).await {
        Ok(identity) => identity,
        Err(answer) => return answer,
    };
    done.user = Some(identity.name().to_owned());
    if let Err(denied) = identity.may(ask.writes(), &name) {
        return refused(&denied);
    }
    let (content, permit) = match receive(shared, &ask, &head.headers, body).await {
        Ok(received) => received,
        Err(answer) => return answer,
    };
    done.received = content.len() as u64;
    let md5 = head.headers.get("content-md5").map(|md5| md5.as_bytes().to_vec());
    let shared = Arc::clone(shared);
    let doing = tokio::task::spawn_blocking(move || {
        let answer = shared.answer(&name, &ask, md5.as_deref(), &content, &identity);
        drop(content);
        drop(permit);
        answer
    });
    doing.await.unwrap_or_else(|_| gave_up())
}

async fn identify(shared: &Arc<Shared>, client: &Client, headers: &HeaderMap) -> Result<Identity, Answer> {
    let said = basic(headers);
    let may_be_a_page = may_be_a_page(headers);
    let (shared, certificate) = (Arc::clone(shared), client.certificate.clone());
    let asking = tokio::task::spawn_blocking(move || {
        let access = shared
            .store
            .access()
            .map_err(|error| Answer::refused(500, &error.to_string(), ""))?;
        let open = shared.settings.certificates.is_none();
        let said = said.as_ref().map(|(name, token)| (name.as_str(), token.as_str()));
        let identity = access
            .identify(said, certificate.as_deref(), open, Timestamp::now())
            .map_err(|denied| refused(&denied))?;
        if identity == Identity::Anyone && may_be_a_page {
            return Err(Answer::refused(
                403,
                "this may be a page that a browser shows, and without users it could do everything",
                "reach the server as 127.0.0.1 or localhost, or add users with `becket state token add`",
            ));
        }
        Ok(identity)
    });
    asking.await.unwrap_or_else(|_| Err(gave_up()))
}

/// RFC 7617.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, token) = decoded.split_once(':')?;
    Some((name.to_owned(), token.to_owned()))
}

/// The body, whole, once there is memory for it; which is kept for it as long as the permit lives.
async fn receive(
    shared: &Shared,
    ask: &Ask,
    headers: &HeaderMap,
    body: &mut Incoming,
) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Answer> {
    let most = ask.most().unwrap_or(shared.settings.most);
    let large = || {
        let reason = format!("the body is larger than {most} bytes");
        Answer::refused(413, &reason, "give the server a larger --max-size")
    };
    let cut = || Answer::refused(400, "the body ends before it was said to", "send it again");
    if body.is_end_stream() {
        return Ok((Vec::new(), None));
    }
    let length = headers.get(header::CONTENT_LENGTH);
    let length: Option<u64> = length.and_then(|length| length.to_str().ok()?.parse().ok());
    // `terraform force-unlock` says no length for a body of none.
    let bound = match length {
        Some(length) => length,
        None if ask.most().is_some() => most,
        None => {
            return Err(Answer::refused(
                411,
                "the length of the body has to be said beforehand",
                "",
            ));
        }
    };
    if bound > most {
        return Err(large());
    }
    let permit = kilobytes(bound).min(kilobytes(shared.settings.memory));
    let permit = Arc::clone(&shared.memory).acquire_many_owned(permit).await;
    let mut content = Vec::with_capacity(usize::try_from(length.unwrap_or_default()).map_err(|_| large())?);
    loop {
        match tokio::time::timeout(SILENCE, body.frame()).await {
            Ok(None) => break,
            Ok(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    content.extend_from_slice(data);
                }
                if content.len() as u64 > most {
                    return Err(large());
                }
            }
            Ok(Some(Err(_))) => return Err(cut()),
            Err(_) => return Err(Answer::refused(408, "the body does not come", "send it again")),
        }
    }
    if length.is_some_and(|length| content.len() as u64 != length) {
        return Err(cut());
    }
    Ok((content, permit.ok()))
}

/// Reads what is left of a body that nobody wants: many clients look for an answer only when they have sent all.
async fn drain(body: &mut Incoming) {
    let reading = async { while let Some(Ok(_)) = body.frame().await {} };
    drop(tokio::time::timeout(SILENCE, reading).await);
}

fn kilobytes(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1 << 10).max(1)).unwrap_or(u32::MAX)
}

fn refused(denied: &Denied) -> Answer {
    let status = match denied {
        Denied::Unknown(_) => 401,
        Denied::Forbidden(_) => 403,
    };
    Answer::refused(status, &denied.to_string(), "")
}

/// For a request whose thread is gone, which should not be.
fn gave_up() -> Answer {
    Answer::refused(500, "the request was given up", "send it again")
}

impl Shared {
    fn say(&self, level: &str, message: &str) {
        (self.log)(&json!({ "time": Timestamp::now().to_string(), "level": level, "message": message }));
    }

    fn answer(&self, name: &StateName, ask: &Ask, md5: Option<&[u8]>, body: &[u8], by: &Identity) -> Answer {
        let md5 = md5.map(String::from_utf8_lossy);
        let mut answer = protocol::answer(&self.store, name, ask, md5.as_deref(), body, by, Timestamp::now());
        if let Body::State(size, reader) = &mut answer.body
            && *size <= WHOLE
        {
            let mut state = Vec::with_capacity(usize::try_from(*size).unwrap_or_default());
            if let Err(error) = reader.read_to_end(&mut state) {
                let reason = format!("`{name}` cannot be read: {error}");
                return Answer::refused(500, &reason, "go back with `becket state restore --force`");
            }
            answer.body = Body::Json(state);
        }
        answer
    }

    /// `/healthz` and `/metrics`.
    fn tell(&self, metrics: bool) -> Answer {
        let states = if metrics {
            self.store.list()
        } else {
            self.store.names().map(|_| Vec::new())
        };
        match states {
            Err(error) => Answer::refused(500, &error.to_string(), ""),
            Ok(states) => Answer {
                status: 200,
                md5: None,
                body: Body::Text(if metrics {
                    self.metrics.text(&states, Timestamp::now())
                } else {
                    "ok\n".to_owned()
                }),
                note: String::new(),
            },
        }
    }
}

fn reply(answer: Answer) -> Reply {
    let mut reply = Response::builder().status(answer.status);
    if let Some(md5) = answer.md5 {
        reply = reply.header("content-md5", md5);
    }
    if answer.status == 401 {
        reply = reply.header(header::WWW_AUTHENTICATE, "Basic realm=\"states\"");
    }
    let (kind, body) = match answer.body {
        Body::Json(body) => ("application/json", Either::Left(Full::from(body))),
        Body::Text(body) => ("text/plain; version=0.0.4", Either::Left(Full::from(body))),
        Body::State(size, reader) => ("application/json", Either::Right(Pieces::of(size, reader))),
    };
    reply
        .header(header::CONTENT_TYPE, kind)
        .header(header::CACHE_CONTROL, "no-store")
        .body(body)
        .unwrap_or_else(|_| Response::new(Either::Left(Full::default())))
}
