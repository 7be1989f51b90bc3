//! How the ingress reaches a Service: a connection that somebody else makes. It neither chooses pods nor knows any.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::standin::Boxed;

/// A two-way stream of bytes to a pod.
pub trait Connection: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Connection for T {}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// There is no such Service, or it has no such port; what there is instead.
    #[error("{0}")]
    Missing(String),
    /// No pod of the Service is ready, and why that is.
    #[error("{0}")]
    NotReady(String),
    /// The pod that was chosen did not take the connection; another one might.
    #[error("the pod refused the connection")]
    Refused,
    /// Anything else.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Makes connections to Services, choosing a ready pod anew each time it is asked.
pub trait Dial: Send + Sync + 'static {
    /// Connects to `port` of the Service `service` in `namespace`.
    fn dial<'a>(
        &'a self,
        namespace: &'a str,
        service: &'a str,
        port: u16,
    ) -> Boxed<'a, Result<Box<dyn Connection>, DialError>>;
}
