//! What every service of the storefront does alike: settings from the environment, JSON logs, `/healthz` and
//! `/readyz`, a stop that finishes requests, migrations. What a service is about is not here.

pub mod database;
mod failure;
mod settings;

use std::future::Future;
use std::net::Ipv4Addr;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

pub use failure::Failure;
pub use settings::{Missing, setting, setting_or};

/// Writes logs as JSON lines to stdout. `RUST_LOG` sets what is written; requests are at `info`.
pub fn log_as_json() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .init();
}

/// Serves `routes` on `$PORT`, with `/healthz`, and `/readyz` by what `ready` says, until SIGTERM or SIGINT; then
/// finishes the requests that are under way.
pub async fn serve<F, R>(routes: Router, ready: F) -> Result<(), Box<dyn std::error::Error>>
where
    F: Fn() -> R + Clone + Send + Sync + 'static,
    R: Future<Output = bool> + Send,
{
    let port: u16 = setting_or("PORT", 8080)?;
    let readiness = move || {
        let ready = ready.clone();
        async move {
            if ready().await {
                StatusCode::OK
            } else {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    };
    let app = routes
        .layer(middleware::from_fn(log_request))
        .route("/healthz", get(|| async { StatusCode::OK }))
        .route("/readyz", get(readiness));
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    tracing::info!(
        port,
        environment = setting_or("ENVIRONMENT", "local".to_owned())?,
        "serving"
    );
    axum::serve(listener, app)
        .with_graceful_shutdown(told_to_stop()?)
        .await?;
    tracing::info!("stopped");
    Ok(())
}

/// Resolves at the first SIGTERM or SIGINT.
fn told_to_stop() -> Result<impl Future<Output = ()>, std::io::Error> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

async fn log_request(request: Request, next: Next) -> Response {
    let begin = std::time::Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let milliseconds = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(%method, path, status = response.status().as_u16(), milliseconds, "request");
    response
}
