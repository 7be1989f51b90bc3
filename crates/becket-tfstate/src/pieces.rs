//! A large state as the body of an answer, read piece by piece as the client takes it. While a client takes nothing, no
//! thread waits for it.

use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::task::{JoinHandle, spawn_blocking};

/// How large a piece is.
const PIECE: usize = 256 << 10;

type Reader = Box<dyn Read + Send>;

/// A body of which a piece is in memory at a time. One that turns out to be damaged ends in an error, and so the
/// connection.
pub(crate) struct Pieces {
    left: u64,
    state: State,
}

enum State {
    Waiting(Reader),
    Reading(JoinHandle<(Reader, io::Result<Bytes>)>),
    Over,
}

impl Pieces {
    /// What `reader` gives, of which `size` bytes are promised.
    pub(crate) fn of(size: u64, reader: Reader) -> Self {
        Self {
            left: size,
            state: State::Waiting(reader),
        }
    }
}

fn read(mut reader: Reader) -> (Reader, io::Result<Bytes>) {
    let mut piece = Vec::with_capacity(PIECE);
    let read = (&mut reader).take(PIECE as u64).read_to_end(&mut piece);
    (reader, read.map(|_| piece.into()))
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let mut reading = match std::mem::replace(&mut self.state, State::Over) {
            State::Over => return Poll::Ready(None),
            State::Waiting(reader) => spawn_blocking(move || read(reader)),
            State::Reading(reading) => reading,
        };
        let Poll::Ready(done) = Pin::new(&mut reading).poll(context) else {
            self.state = State::Reading(reading);
            return Poll::Pending;
        };
        let piece = match done {
            Ok((reader, Ok(piece))) if !piece.is_empty() => {
                self.state = State::Waiting(reader);
                piece
            }
            Ok((_, Ok(_))) => return Poll::Ready(None),
            Ok((_, Err(error))) => return Poll::Ready(Some(Err(error))),
            Err(lost) => return Poll::Ready(Some(Err(io::Error::other(lost)))),
        };
        self.left = self.left.saturating_sub(piece.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    struct Damaged;

    impl Read for Damaged {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("damaged"))
        }
    }

    fn pieces(content: &[u8]) -> Pieces {
        Pieces::of(content.len() as u64, Box::new(io::Cursor::new(content.to_vec())))
    }

    #[test]
    fn clients_that_take_nothing_hold_no_thread() {
        let one_thread = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let content: Vec<u8> = (0..5 * PIECE + 7).map(|index| index.to_le_bytes()[0]).collect();
        one_thread.block_on(async {
            let mut stuck = pieces(&content);
            assert!(stuck.frame().await.unwrap().unwrap().into_data().unwrap() == content[..PIECE]);
            let whole = pieces(&content).collect().await.unwrap().to_bytes();
            assert!(whole == content, "another content came");
            let rest = stuck.collect().await.unwrap().to_bytes();
            assert!(rest == content[PIECE..], "another content came");
        });
    }

    #[test]
    fn a_damaged_state_ends_in_an_error() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let content = vec![0; PIECE];
            let reader = io::Cursor::new(content).chain(Damaged);
            let mut pieces = Pieces::of(2 * PIECE as u64, Box::new(reader));
            assert!(pieces.frame().await.unwrap().is_ok());
            assert_eq!(pieces.frame().await.unwrap().unwrap_err().to_string(), "damaged");
            assert!(pieces.frame().await.is_none());
        });
    }
}
