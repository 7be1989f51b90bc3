//! What went wrong with a request.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The request asks for what cannot be.
    #[error("{0}")]
    Refused(String),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// A service that this one needs failed.
    #[error("a service behind this one failed")]
    Upstream(#[from] reqwest::Error),
}

impl Failure {
    /// The status that tells a client which of them it is.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Upstream(error) if error.status() == Some(reqwest::StatusCode::NOT_FOUND) => {
                StatusCode::NOT_FOUND
            }
            Self::Upstream(_) => StatusCode::BAD_GATEWAY,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            let cause = std::error::Error::source(&self).map(ToString::to_string);
            tracing::error!(error = %self, cause, "request failed");
        }
        (status, Json(serde_json::json!({ "error": self.to_string() }))).into_response()
    }
}
