//! The conversation with a pod's first process: calls with answers in any order, and reports of what ended.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rustix::process::Signal;
use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::sync::{oneshot, watch};

use super::exit::{Exit, Outcome};
use super::lock;
use crate::wire::{self, Call, Fault, Report, Request};

/// An answer: file descriptors, or a fault inside, or nothing because the pod is gone.
type Answer = Result<Vec<OwnedFd>, Option<Fault>>;

#[derive(Debug)]
pub(super) struct Control {
    /// It keeps messages whole, which tokio has no type for: read and written through `wire` only.
    socket: UnixStream,
    next: AtomicU64,
    state: Mutex<State>,
    ready: watch::Sender<Readiness>,
}

#[derive(Debug, Default)]
struct State {
    /// The first process, and its handle for killing.
    first: Option<(u32, OwnedFd)>,
    /// Whether the first process said that the pod is set up; its parent's word may come later.
    set_up: bool,
    /// Killed, perhaps before the first process was known.
    doomed: bool,
    closed: bool,
    calls: BTreeMap<u64, oneshot::Sender<Answer>>,
    containers: BTreeMap<u64, watch::Sender<Option<Exit>>>,
}

#[derive(Debug, Clone)]
enum Readiness {
    Unknown,
    Known(Result<u32, Option<Fault>>),
}

impl Control {
    /// Takes the socket and listens to it until the other side is gone.
    pub(super) fn open(socket: OwnedFd) -> io::Result<Arc<Self>> {
        rustix::io::ioctl_fionbio(&socket, true)?;
        let control = Arc::new(Self {
            socket: UnixStream::from_std(socket.into())?,
            next: AtomicU64::new(1),
            state: Mutex::default(),
            ready: watch::Sender::new(Readiness::Unknown),
        });
        let listening = Arc::clone(&control);
        tokio::spawn(async move {
            while let Ok(Some((report, fds))) = listening.receive().await {
                listening.hear(report, fds);
            }
            listening.close();
        });
        Ok(control)
    }

    /// Waits until the pod is set up. Answers the pid of its first process.
    pub(super) async fn ready(&self) -> Result<u32, Option<Fault>> {
        let mut ready = self.ready.subscribe();
        let known = ready.wait_for(|ready| matches!(ready, Readiness::Known(_))).await;
        match known.as_deref() {
            Ok(Readiness::Known(result)) => result.clone(),
            _ => Err(None),
        }
    }

    /// A number for a call.
    pub(super) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Asks, and waits for the answer.
    pub(super) async fn call(&self, request: Request, fds: &[BorrowedFd<'_>]) -> Answer {
        self.call_as(self.number(), request, fds).await
    }

    /// Asks under a number taken before.
    pub(super) async fn call_as(&self, id: u64, request: Request, fds: &[BorrowedFd<'_>]) -> Answer {
        let (tell, answer) = oneshot::channel();
        {
            let mut state = lock(&self.state);
            if state.closed {
                return Err(None);
            }
            state.calls.insert(id, tell);
        }
        let call = Call { id, request };
        let sent = async {
            loop {
                self.socket.writable().await?;
                let attempt = || wire::send(self.socket.as_fd(), &call, fds);
                match self.socket.try_io(Interest::WRITABLE, attempt) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    result => return result,
                }
            }
        };
        if let Err(error) = sent.await {
            lock(&self.state).calls.remove(&id);
            let fault = Fault {
                step: "ask the pod".to_owned(),
                errno: error.raw_os_error(),
                message: error.to_string(),
            };
            return Err((error.kind() != io::ErrorKind::BrokenPipe).then_some(fault));
        }
        answer.await.unwrap_or(Err(None))
    }

    /// Where the end of a container will be told. To be asked for before the container is started.
    pub(super) fn follow(&self, container: u64) -> watch::Receiver<Option<Exit>> {
        let (tell, exit) = watch::channel(None);
        let mut state = lock(&self.state);
        if state.closed {
            let _ = tell.send(Some(Exit::killed()));
        } else {
            state.containers.insert(container, tell);
        }
        exit
    }

    /// Forgets a container that did not start.
    pub(super) fn forget(&self, container: u64) {
        lock(&self.state).containers.remove(&container);
    }

    /// SIGKILL to the first process, and by that to everything in the pod.
    pub(super) fn kill(&self) {
        let mut state = lock(&self.state);
        state.doomed = true;
        if let Some((_, first)) = &state.first {
            let _ = rustix::process::pidfd_send_signal(first, Signal::KILL);
        }
        // And so it ends even when it is not yet known: it reads the end of the conversation.
        let _ = rustix::net::shutdown(&self.socket, rustix::net::Shutdown::Both);
    }

    async fn receive(&self) -> io::Result<Option<(Report, Vec<OwnedFd>)>> {
        loop {
            self.socket.readable().await?;
            match self
                .socket
                .try_io(Interest::READABLE, || wire::receive(self.socket.as_fd()))
            {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                received => return received,
            }
        }
    }

    fn hear(&self, report: Report, fds: Vec<OwnedFd>) {
        match report {
            Report::Born { pid } => {
                if let (Ok([handle]), Ok(pid)) = (wire::take(fds), u32::try_from(pid)) {
                    let mut state = lock(&self.state);
                    if state.doomed {
                        let _ = rustix::process::pidfd_send_signal(&handle, Signal::KILL);
                    }
                    state.first = Some((pid, handle));
                }
                self.tell_ready();
            }
            Report::Ready(Ok(())) => {
                lock(&self.state).set_up = true;
                self.tell_ready();
            }
            Report::Ready(Err(fault)) => self.tell(Err(Some(fault))),
            Report::Answer { id, result } => {
                let waiting = lock(&self.state).calls.remove(&id);
                if let Some(waiting) = waiting {
                    let _ = waiting.send(result.map(|()| fds).map_err(Some));
                }
            }
            Report::Exited {
                container,
                code,
                signal,
            } => {
                let waiting = lock(&self.state).containers.remove(&container);
                if let Some(waiting) = waiting {
                    let outcome = match (code, signal) {
                        (Some(code), _) => Outcome::Code(code),
                        (None, signal) => Outcome::Signal(signal.unwrap_or(0)),
                    };
                    let _ = waiting.send(Some(Exit::now(outcome)));
                }
            }
        }
    }
}

impl Control {
    fn tell_ready(&self) {
        let known = {
            let state = lock(&self.state);
            state.first.as_ref().filter(|_| state.set_up).map(|(pid, _)| *pid)
        };
        if let Some(pid) = known {
            self.tell(Ok(pid));
        }
    }

    /// The first word counts: a pod that failed to be set up is gone afterwards, too.
    fn tell(&self, result: Result<u32, Option<Fault>>) {
        self.ready.send_if_modified(|ready| {
            let first = matches!(ready, Readiness::Unknown);
            if first {
                *ready = Readiness::Known(result);
            }
            first
        });
    }

    /// The pod is gone: nothing will be answered any more.
    fn close(&self) {
        let (calls, containers) = {
            let mut state = lock(&self.state);
            state.closed = true;
            (
                std::mem::take(&mut state.calls),
                std::mem::take(&mut state.containers),
            )
        };
        drop(calls);
        for (_, waiting) in containers {
            let _ = waiting.send(Some(Exit::killed()));
        }
        self.tell(Err(None));
    }
}
