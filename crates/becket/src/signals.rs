//! Being told to stop from outside: Ctrl-C and SIGTERM. What stopping means is the caller's.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::CommandError;

/// The signals that stop a platform, caught from when this is made.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    told: bool,
}

impl Signals {
    pub(crate) fn new() -> Result<Self, CommandError> {
        let catch = |kind| signal(kind).map_err(|error| CommandError::machine(&error));
        Ok(Self {
            interrupt: catch(SignalKind::interrupt())?,
            terminate: catch(SignalKind::terminate())?,
            told: false,
        })
    }

    /// Answers when one came, be it long ago.
    pub(crate) async fn stop(&mut self) {
        if !self.told {
            self.next().await;
            self.told = true;
        }
    }

    /// Carries `work` through also where one comes meanwhile, which `told` is called for. None where a second one came:
    /// who asks twice does not want to wait.
    pub(crate) async fn through<T>(
        &mut self,
        work: impl Future<Output = T>,
        told: impl FnOnce(),
    ) -> Option<T> {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            done = &mut work => return Some(done),
            () = self.stop() => told(),
        }
        tokio::select! {
            done = work => Some(done),
            () = self.next() => None,
        }
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
