//! What a pod's first process and the process that started it say to each other, over a pair of Unix sockets that keep
//! messages whole. File descriptors travel with messages; what may be large travels as a file in memory.
//!
//! No policy: who says what when is in `pod` and `init`.

use std::io::{self, IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::MemfdFlags;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::spec::Volume;

/// The largest message; larger things travel as files.
const MESSAGE: usize = 16 * 1024;
/// The most file descriptors in a message.
pub(crate) const DESCRIPTORS: usize = 32;

/// The step at which a kernel that forbids user namespaces says so.
pub(crate) const USER_NAMESPACE: &str = "make a user namespace";

/// What the first process needs to know of its pod; travels as a file with the first message.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Boot {
    pub(crate) hostname: String,
    pub(crate) hosts: String,
    pub(crate) resolv_conf: String,
    pub(crate) volumes: Vec<Volume>,
}

/// A request to the first process, with the number under which the answer comes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) id: u64,
    pub(crate) request: Request,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Fresh TCP sockets of the pod's network.
    Sockets { count: usize },
    /// A fresh TCP socket of the pod's gateway.
    GatewaySocket,
    /// New contents of `/etc/hosts`, in a file.
    Hosts,
    /// A container: specification in a file, standard output, standard error. The call's id becomes its number.
    Run,
    /// A signal to a container's main process.
    Signal { container: u64, signal: i32 },
    /// SIGKILL to everything of a container.
    Kill { container: u64 },
}

/// What the first process says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Report {
    /// The first process has started; its process file descriptor comes along. Said by its parent.
    Born { pid: i32 },
    /// The pod is set up, or not.
    Ready(Result<(), Fault>),
    /// The answer to a call.
    Answer { id: u64, result: Result<(), Fault> },
    /// A container's main process has ended, and all of its others have been killed.
    Exited {
        container: u64,
        code: Option<i32>,
        signal: Option<i32>,
    },
}

/// What a container's process says before it becomes the program: where it is, then nothing, or why it failed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Launch {
    /// The inode of its mount namespace.
    Mounts(u64),
    Failed(Fault),
}

/// A failed step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Fault {
    pub(crate) step: String,
    pub(crate) errno: Option<i32>,
    pub(crate) message: String,
}

impl Fault {
    /// Whether it is about what this user may do, and not about the pod: no right, or no user namespace left.
    pub(crate) fn is_refusal(&self) -> bool {
        use rustix::io::Errno;
        let is = |errno: Errno| self.errno == Some(errno.raw_os_error());
        is(Errno::PERM) || self.step == USER_NAMESPACE && (is(Errno::NOSPC) || is(Errno::USERS))
    }

    pub(crate) fn error(&self) -> io::Error {
        self.errno.map_or_else(
            || io::Error::other(self.message.clone()),
            io::Error::from_raw_os_error,
        )
    }
}

/// Names the step that failed.
pub(crate) trait Step<T> {
    fn step(self, step: impl FnOnce() -> String) -> Result<T, Fault>;
}

impl<T, E: Into<io::Error>> Step<T> for Result<T, E> {
    fn step(self, step: impl FnOnce() -> String) -> Result<T, Fault> {
        self.map_err(|error| {
            let error: io::Error = error.into();
            Fault {
                step: step(),
                errno: error.raw_os_error(),
                message: error.to_string(),
            }
        })
    }
}

/// Sends one message; a socket that does not block may say `WouldBlock`.
pub(crate) fn send(
    socket: BorrowedFd<'_>,
    message: &impl Serialize,
    fds: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::Error::other("too many file descriptors for one message"));
    }
    loop {
        match rustix::net::sendmsg(socket, &[IoSlice::new(&body)], &mut control, SendFlags::NOSIGNAL) {
            Err(rustix::io::Errno::INTR) => {}
            result => return result.map(drop).map_err(Into::into),
        }
    }
}

/// Receives one message; nothing when the other side is gone.
pub(crate) fn receive<T: DeserializeOwned>(socket: BorrowedFd<'_>) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut body = vec![0; MESSAGE];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = loop {
        match rustix::net::recvmsg(
            socket,
            &mut [IoSliceMut::new(&mut body)],
            &mut control,
            RecvFlags::CMSG_CLOEXEC,
        ) {
            // The second is said once when the other side ended before it read all; what it wrote can still be read.
            Err(rustix::io::Errno::INTR | rustix::io::Errno::CONNRESET) => {}
            result => break result?,
        }
    };
    if received.bytes == 0 {
        return Ok(None);
    }
    if received
        .flags
        .intersects(ReturnFlags::TRUNC | ReturnFlags::CTRUNC)
    {
        return Err(io::Error::other(
            "a message was cut off: too long, or no file descriptor left",
        ));
    }
    let mut fds = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            fds.extend(rights);
        }
    }
    Ok(Some((serde_json::from_slice(&body[..received.bytes])?, fds)))
}

/// A file in memory that holds a value.
pub(crate) fn file_of(value: &impl Serialize) -> io::Result<OwnedFd> {
    let mut file = std::fs::File::from(rustix::fs::memfd_create("becket", MemfdFlags::CLOEXEC)?);
    file.write_all(&serde_json::to_vec(value)?)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file.into())
}

/// The value that a file holds.
pub(crate) fn value_of<T: DeserializeOwned>(file: impl AsFd) -> io::Result<T> {
    let mut file = std::fs::File::from(file.as_fd().try_clone_to_owned()?);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// The file descriptor that a message should have brought.
pub(crate) fn take<const N: usize>(fds: Vec<OwnedFd>) -> io::Result<[OwnedFd; N]> {
    fds.try_into().map_err(|fds: Vec<_>| {
        io::Error::other(format!(
            "a message brought {} file descriptors instead of {N}",
            fds.len()
        ))
    })
}

#[cfg(test)]
mod tests {
    use rustix::net::{AddressFamily, SocketFlags, SocketType};

    use super::*;

    fn pair() -> (OwnedFd, OwnedFd) {
        rustix::net::socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .unwrap()
    }

    #[test]
    fn last_words_are_heard_from_who_ended_without_listening() {
        let (ours, theirs) = pair();
        send(ours.as_fd(), &"unread", &[]).unwrap();
        send(theirs.as_fd(), &"last words", &[]).unwrap();
        drop(theirs);
        assert_eq!(
            receive::<String>(ours.as_fd())
                .unwrap()
                .map(|(text, _)| text)
                .as_deref(),
            Some("last words")
        );
        assert!(receive::<String>(ours.as_fd()).unwrap().is_none());
    }

    #[test]
    fn large_values_travel_as_files() {
        let (ours, theirs) = pair();
        let value = "x".repeat(1 << 20);
        send(ours.as_fd(), &(), &[file_of(&value).unwrap().as_fd()]).unwrap();
        let ((), fds) = receive(theirs.as_fd()).unwrap().unwrap();
        let [file] = take(fds).unwrap();
        assert_eq!(value_of::<String>(&file).unwrap(), value);
        assert_eq!(value_of::<String>(file).unwrap(), value, "and can be read again");
    }

    #[test]
    fn a_message_that_is_none_is_an_error() {
        let (ours, theirs) = pair();
        send(ours.as_fd(), &1, &[]).unwrap();
        assert!(receive::<Report>(theirs.as_fd()).is_err());
        assert!(take::<1>(Vec::new()).is_err());
    }
}
