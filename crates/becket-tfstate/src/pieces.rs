//! A large state as the body of an answer: read in pieces, a few ahead of the client.

use std::io::Read;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// How large a piece is.
const PIECE: usize = 64 << 10;

/// A large state, a few pieces at a time. One that turns out to be damaged ends in an error, and so the connection.
pub(crate) struct Pieces {
    left: u64,
    coming: mpsc::Receiver<std::io::Result<Bytes>>,
}

impl Pieces {
    /// What `reader` gives, of which `size` bytes are promised.
    pub(crate) fn of(size: u64, mut reader: Box<dyn Read + Send>) -> Self {
        let (sender, coming) = mpsc::channel(4);
        tokio::task::spawn_blocking(move || {
            loop {
                let mut piece = Vec::with_capacity(PIECE);
                let read = (&mut reader).take(PIECE as u64).read_to_end(&mut piece);
                let end = !matches!(read, Ok(1..));
                if !matches!(read, Ok(0)) && sender.blocking_send(read.map(|_| piece.into())).is_err() {
                    return;
                }
                if end {
                    return;
                }
            }
        });
        Self { left: size, coming }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let piece = ready!(self.coming.poll_recv(context));
        if let Some(Ok(piece)) = &piece {
            self.left = self.left.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
