//! The listening side: sockets, TLS, and the connections that are open. It does not look into requests.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::proxy::Proxy;
use super::{IngressError, holder, proxy};

/// How long a client may take to greet.
const GREETING: Duration = Duration::from_secs(10);
/// The first byte of a TLS greeting (RFC 8446, section 5.1: a record of type handshake).
const TLS_HANDSHAKE: u8 = 22;

/// Listens on 127.0.0.1, and on `::1` where this machine has it, on the same port.
pub(super) async fn bind(port: u16) -> Result<(Vec<TcpListener>, u16), IngressError> {
    let refused = |port: u16, source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => IngressError::Taken {
            port,
            holder: holder::of(port),
        },
        _ => IngressError::Listen { port, source },
    };
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| refused(port, error))?;
    let port = first.local_addr().map_err(|error| refused(port, error))?.port();
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
        Ok(second) => Ok((vec![first, second], port)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(refused(port, error)),
        Err(_) => Ok((vec![first], port)),
    }
}

/// Takes connections until the ingress closes, then waits for those that are open.
pub(super) async fn accept(listener: TcpListener, tls: TlsAcceptor, proxy: Arc<Proxy>) {
    let mut closing = proxy.closing.clone();
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = proxy::closed(&mut closing) => break,
            Some(_) = open.join_next(), if !open.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    open.spawn(connection(stream, peer, tls.clone(), Arc::clone(&proxy)));
                }
                // Out of descriptors, mostly: others have to close first.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, peer: SocketAddr, tls: TlsAcceptor, proxy: Arc<Proxy>) {
    let mut closing = proxy.closing.clone();
    let _ = stream.set_nodelay(true);
    let greeting = tokio::time::timeout(GREETING, async {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if first[0] == TLS_HANDSHAKE {
            tls.accept(stream).await.map(Some)
        } else {
            to_https(stream, proxy.port).await;
            Ok(None)
        }
    });
    let greeted = tokio::select! {
        () = proxy::closed(&mut closing) => return,
        greeted = greeting => greeted,
    };
    let Ok(Ok(Some(stream))) = greeted else { return };
    let service = service_fn(|request: Request<Incoming>| {
        let proxy = Arc::clone(&proxy);
        async move { Ok::<_, Infallible>(proxy.answer(peer.ip(), request).await) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder.http2().timer(TokioTimer::new());
    let mut serving = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    tokio::select! {
        _ = serving.as_mut() => return,
        () = proxy::closed(&mut closing) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}

/// Tells a client that speaks HTTP without TLS to come back with it.
async fn to_https(stream: TcpStream, port: u16) {
    let service = service_fn(move |request: Request<Incoming>| {
        let host = request
            .headers()
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or("localhost");
        let host = host.split(':').next().unwrap_or(host);
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let mut response = Response::new(Empty::<Bytes>::new());
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
        if let Ok(location) = HeaderValue::from_str(&format!("https://{host}:{port}{path}")) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
        async move { Ok::<_, Infallible>(response) }
    });
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
