//! HTTPS into the platform on one machine: one port for all hosts and the console.
//!
//! A request is routed by its host and the rules of each HTTPRoute to a Service's pods; TLS ends here, and pods are spoken to
//! in HTTP/1.1. The table of routes is swapped whole, so that a request sees one state of it. The ingress knows no
//! pods (it asks [`Dial`]), keeps no connections to them open between requests, and listens on loopback only.

mod dial;
mod filter;
mod headers;
mod holder;
mod listen;
mod matching;
mod page;
mod proxy;
mod read;
mod route;
mod rule;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, AuthorityError};
use crate::standin::Boxed;

pub use dial::{Connection, Dial, DialError};
pub use holder::Holder;
pub use route::{HttpRoute, RouteTable, local_host};
pub use rule::Condition;

/// What an answer carries: bytes as they come.
pub type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// Answers requests within this process.
pub type LocalService = Arc<dyn Fn(Request<Incoming>) -> Boxed<'static, Response<Body>> + Send + Sync>;

/// A host that this process answers for itself, such as the console.
#[derive(Clone)]
pub struct LocalHost {
    /// The host, in lower case and without a port.
    pub host: String,
    /// What answers.
    pub service: LocalService,
}

/// Why there is no ingress, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum IngressError {
    /// Somebody else listens on the port.
    #[error("port {port} is taken{}\nstop it, or choose another port with `--port`", by(.holder.as_ref()))]
    Taken {
        /// The port.
        port: u16,
        /// Who has it, if this user may see that.
        holder: Option<Holder>,
    },
    /// The system does not let us listen.
    #[error(
        "cannot listen on port {port}: {source}\nchoose another port with `--port`; ports below 1024 need privileges"
    )]
    Listen {
        /// The port.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no certificate to present.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
}

fn by(holder: Option<&Holder>) -> String {
    holder.map_or_else(
        || ", by a process of another user".to_owned(),
        |holder| format!(", by {holder}"),
    )
}

/// An ingress that has its port and does not answer yet.
pub struct Ingress {
    listeners: Vec<TcpListener>,
    port: u16,
    tls: TlsAcceptor,
}

impl Ingress {
    /// Takes `port` on the loopback addresses, any free one for 0.
    pub async fn bind(port: u16, authority: &Arc<Authority>) -> Result<Self, IngressError> {
        let tls = TlsAcceptor::from(Arc::new(authority.server_config()?));
        let (listeners, port) = listen::bind(port).await?;
        Ok(Self { listeners, port, tls })
    }

    /// The port it has.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts to answer: at first for `console` alone, which goes before a route for the same host.
    pub fn serve(self, dial: Arc<dyn Dial>, console: Option<LocalHost>) -> Serving {
        let (routes, seen_routes) = watch::channel(Arc::new(RouteTable::default()));
        let (closing, seen_closing) = watch::channel(false);
        let proxy = Arc::new(proxy::Proxy {
            dial,
            console,
            routes: seen_routes,
            closing: seen_closing,
            port: self.port,
        });
        let mut accepting = JoinSet::new();
        for listener in self.listeners {
            accepting.spawn(listen::accept(listener, self.tls.clone(), Arc::clone(&proxy)));
        }
        Serving {
            routes,
            closing,
            accepting,
            port: self.port,
        }
    }
}

/// An ingress that answers. Dropped, it stops at once.
pub struct Serving {
    routes: watch::Sender<Arc<RouteTable>>,
    closing: watch::Sender<bool>,
    accepting: JoinSet<()>,
    port: u16,
}

impl Serving {
    /// The port it has.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Puts `table` in the place of the one before, for all requests that come from now on.
    pub fn route(&self, table: RouteTable) {
        self.routes.send_replace(Arc::new(table));
    }

    /// Takes no new connections, lets requests under way end within `grace`, and ends tunnels at once.
    pub async fn shutdown(mut self, grace: Duration) {
        self.closing.send_replace(true);
        let _ = tokio::time::timeout(grace, async {
            while self.accepting.join_next().await.is_some() {}
        })
        .await;
        self.accepting.shutdown().await;
    }
}

#[cfg(test)]
mod tests;
