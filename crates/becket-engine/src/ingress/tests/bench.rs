//! What the tests share: pods that answer, an ingress before them, clients that trust its authority.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::*;

pub(super) const HOST: &str = "www.dev.shop.localhost";

/// What a pod answers.
pub(super) type Answer = Arc<dyn Fn(Request<Incoming>) -> Boxed<'static, Response<Body>> + Send + Sync>;

/// The pods of a Service.
#[derive(Clone)]
pub(super) enum Pods {
    Ready(Answer),
    /// So many refuse before one answers.
    Refusing(usize, Answer),
    NotReady(&'static str),
    /// Takes the connection and closes it.
    Closing,
}

/// Makes connections to pods in memory, and counts them by Service.
#[derive(Default)]
pub(super) struct Cluster {
    pub(super) services: BTreeMap<&'static str, Pods>,
    pub(super) dialled: Mutex<Vec<String>>,
    refused: AtomicUsize,
}

impl Dial for Cluster {
    fn dial<'a>(
        &'a self,
        namespace: &'a str,
        service: &'a str,
        port: u16,
    ) -> Boxed<'a, Result<Box<dyn Connection>, DialError>> {
        self.dialled
            .lock()
            .unwrap()
            .push(format!("{namespace}/{service}:{port}"));
        let pods = self.services.get(service).cloned();
        Box::pin(async move {
            let answer = match pods {
                None => return Err(DialError::Missing(format!("there is no Service `{service}`"))),
                Some(Pods::NotReady(why)) => return Err(DialError::NotReady(why.to_owned())),
                Some(Pods::Refusing(times, _)) if self.refused.fetch_add(1, Ordering::SeqCst) < times => {
                    return Err(DialError::Refused);
                }
                Some(Pods::Closing) => return Ok(Box::new(tokio::io::duplex(64).0) as Box<dyn Connection>),
                Some(Pods::Ready(answer) | Pods::Refusing(_, answer)) => answer,
            };
            let (ours, theirs) = tokio::io::duplex(4096);
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let answer = answer(request);
                    async move { Ok::<_, Infallible>(answer.await) }
                });
                let server = hyper::server::conn::http1::Builder::new();
                let _ = server
                    .serve_connection(TokioIo::new(theirs), service)
                    .with_upgrades()
                    .await;
            });
            Ok(Box::new(ours) as Box<dyn Connection>)
        })
    }
}

/// An answer that is made without waiting.
pub(super) fn answer(make: impl Fn(&Request<Incoming>) -> Response<Body> + Send + Sync + 'static) -> Answer {
    Arc::new(move |request| {
        let response = make(&request);
        Box::pin(async move { response })
    })
}

pub(super) fn text(content: impl Into<String>) -> Response<Body> {
    Response::new(
        Full::new(Bytes::from(content.into()))
            .map_err(|never| match never {})
            .boxed_unsync(),
    )
}

/// Pods that say who they are.
pub(super) fn named(name: &'static str) -> Pods {
    Pods::Ready(answer(move |_| text(name)))
}

/// An ingress on a port of its own, with one route `dev/web` for [`HOST`].
pub(super) struct Bench {
    _folder: TempDir,
    pub(super) authority: Arc<Authority>,
    pub(super) serving: Serving,
    pub(super) pods: Arc<Cluster>,
}

pub(super) fn table(rules: &Value) -> RouteTable {
    let spec = json!({"hostnames": ["www.dev.shop.example"], "rules": rules});
    let local = |host: &str| local_host(host, "shop.example", "shop");
    RouteTable::build(
        &[HttpRoute {
            namespace: "dev",
            name: "web",
            spec: &spec,
        }],
        &local,
    )
    .0
}

impl Bench {
    pub(super) async fn new(services: impl IntoIterator<Item = (&'static str, Pods)>, rules: Value) -> Self {
        Self::with_console(services, rules, None).await
    }

    /// All requests go to pods of one Service.
    pub(super) async fn of(pods: Pods) -> Self {
        Self::new(
            [("web", pods)],
            json!([{"backendRefs": [{"name": "web", "port": 8080}]}]),
        )
        .await
    }

    pub(super) async fn with_console(
        services: impl IntoIterator<Item = (&'static str, Pods)>,
        rules: Value,
        console: Option<LocalHost>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Arc::new(Authority::open(folder.path()).unwrap());
        let pods = Arc::new(Cluster {
            services: services.into_iter().collect(),
            ..Cluster::default()
        });
        let ingress = Ingress::bind(0, &authority).await.unwrap();
        let serving = ingress.serve(Arc::<Cluster>::clone(&pods), console);
        serving.route(table(&rules));
        Self {
            _folder: folder,
            authority,
            serving,
            pods,
        }
    }

    pub(super) async fn tls(&self, protocol: &str) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.certificate().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let stream = TcpStream::connect(("127.0.0.1", self.serving.port()))
            .await
            .unwrap();
        let name = ServerName::try_from(HOST).unwrap();
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol.as_bytes()));
        stream
    }

    pub(super) async fn http1(&self) -> http1::SendRequest<Body> {
        let (sender, connection) = http1::handshake(TokioIo::new(self.tls("http/1.1").await))
            .await
            .unwrap();
        tokio::spawn(connection.with_upgrades());
        sender
    }

    pub(super) async fn http2(&self) -> http2::SendRequest<Body> {
        let io = TokioIo::new(self.tls("h2").await);
        let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        sender
    }

    /// Asks over HTTP/1.1; status and text.
    pub(super) async fn get(&self, path: &str) -> (u16, String) {
        read(self.http1().await.send_request(get(path)).await.unwrap()).await
    }
}

/// A request for [`HOST`] as HTTP/1.1 has it.
pub(super) fn get(path: &str) -> Request<Body> {
    Request::get(path).header("host", HOST).body(empty()).unwrap()
}

pub(super) fn empty() -> Body {
    Full::new(Bytes::new())
        .map_err(|never| match never {})
        .boxed_unsync()
}

pub(super) async fn read(response: Response<Incoming>) -> (u16, String) {
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}
