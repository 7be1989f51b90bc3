//! The console over HTTP: pages of the console's crate, and the live stream that sends a board whenever one changed.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use becket_console::{Answer, Board, HEADERS, answer, event};
use becket_engine::Engine;
use becket_engine::ingress::{Body, LocalService};
use becket_engine::status;
use becket_platform::Platform;
use becket_release::{Stages, UnitStatus, units};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{Method, Response, StatusCode};
use tokio::sync::watch;

use super::Places;
use super::board::board;
use crate::folder::{Folder, today};

/// Boards come in bursts while much changes; more of them than this a browser need not draw.
const PAUSE: Duration = Duration::from_millis(100);

/// What answers for the console's host.
pub(crate) struct Console {
    boards: watch::Receiver<Arc<Board>>,
}

impl Console {
    /// The console of a platform; its model follows the engine and the repository until the engine ends.
    pub(crate) fn new(
        folder: &Folder,
        platform: &Platform,
        stages: &Stages,
        engine: &Engine,
        places: &Places,
    ) -> Self {
        let (tell, boards) = watch::channel(Arc::new(Board::default()));
        let (folder, stages, places) = (folder.clone(), stages.clone(), places.clone());
        let name = platform.name.to_string();
        let mut apps = engine.board();
        tokio::spawn(async move {
            let mut releases = Releases::default();
            loop {
                let now = Arc::clone(&apps.borrow_and_update());
                releases = releases.at(&now, &folder, &stages).await;
                tell.send_replace(Arc::new(board(&name, &now, &releases.units, &places)));
                tokio::time::sleep(PAUSE).await;
                if apps.changed().await.is_err() {
                    return;
                }
            }
        });
        Self { boards }
    }

    /// The console as the ingress calls it.
    pub(crate) fn service(self) -> LocalService {
        Arc::new(move |request| {
            let boards = self.boards.clone();
            Box::pin(async move {
                if request.method() != Method::GET && request.method() != Method::HEAD {
                    return respond(
                        StatusCode::METHOD_NOT_ALLOWED,
                        "text/plain",
                        whole("only GET is answered here\n"),
                    );
                }
                let now = Arc::clone(&boards.borrow());
                match answer(request.uri().path(), &now) {
                    Answer::Document(kind, text) => respond(StatusCode::OK, kind, whole(&text)),
                    Answer::NotFound(text) => {
                        respond(StatusCode::NOT_FOUND, "text/html; charset=utf-8", whole(&text))
                    }
                    Answer::Live => respond(StatusCode::OK, "text/event-stream", live(boards)),
                }
            })
        })
    }
}

/// What the repository says of releases, read again when its head moved.
#[derive(Default)]
struct Releases {
    revision: Option<String>,
    units: Vec<UnitStatus>,
}

impl Releases {
    async fn at(self, board: &status::Board, folder: &Folder, stages: &Stages) -> Self {
        if self.revision.as_deref() == Some(&board.revision) {
            return self;
        }
        let (folder, stages, revision) = (folder.clone(), stages.clone(), board.revision.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let files = folder.committed("gitops").ok()?;
            let read = |unit: &str| becket_release::status(&files, &stages, unit, today()).ok();
            Some(units(&files).into_iter().filter_map(read).collect())
        });
        match reading.await {
            Ok(Some(units)) => Self {
                revision: Some(revision),
                units,
            },
            _ => self,
        }
    }
}

fn respond(status: StatusCode, kind: &str, body: Body) -> Response<Body> {
    let mut response = Response::builder().status(status).header("content-type", kind);
    for (name, value) in HEADERS {
        response = response.header(name, value);
    }
    response.body(body).unwrap_or_default()
}

fn whole(text: &str) -> Body {
    Full::new(Bytes::copy_from_slice(text.as_bytes()))
        .map_err(never)
        .boxed_unsync()
}

/// An event now, and one for every change.
fn live(boards: watch::Receiver<Arc<Board>>) -> Body {
    let events = futures_util::stream::unfold((boards, true), |(mut boards, first)| async move {
        if !first {
            boards.changed().await.ok()?;
        }
        let text = event(&boards.borrow_and_update());
        Some((
            Ok::<_, Infallible>(Frame::data(Bytes::from(text))),
            (boards, false),
        ))
    });
    StreamBody::new(events).map_err(never).boxed_unsync()
}

fn never(error: Infallible) -> Box<dyn std::error::Error + Send + Sync> {
    match error {}
}
