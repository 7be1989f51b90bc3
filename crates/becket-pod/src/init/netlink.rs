//! Messages of rtnetlink(7) about the network namespace that this process is in, and the kernel's answers.
//!
//! Written by hand: a library for the few that a pod needs would be many times the size of the need.

use std::io;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

pub(super) const RTM_NEWLINK: u16 = 16;
pub(super) const NLM_F_CREATE: u16 = 0x400;
/// The loopback interface is the first of every network namespace.
pub(super) const LOOPBACK: u32 = 1;
const NLM_F_REQUEST_ACK: u16 = 5;
const NLMSG_ERROR: u16 = 2;
/// Bytes of `nlmsghdr`.
const HEADER: usize = 16;

/// Sends one message to the kernel about the network namespace that this process is in, and takes its answer.
pub(super) fn ask(request: &[u8]) -> io::Result<()> {
    let socket = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None,
    )?;
    rustix::net::send(&socket, request, SendFlags::empty())?;
    let mut answer = [0; 1024];
    let (length, _) = rustix::net::recv(&socket, &mut answer, RecvFlags::empty())?;
    acknowledged(&answer[..length.min(answer.len())])
}

/// A message, with its length filled in.
pub(super) fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER + body.len()).unwrap_or(0);
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.extend(length.to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend((NLM_F_REQUEST_ACK | flags).to_ne_bytes());
    bytes.extend([0; 8]); // sequence, and the kernel's port
    bytes.extend(body);
    bytes
}

/// An attribute, filled up to a multiple of four bytes.
pub(super) fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).unwrap_or(0);
    let mut bytes = Vec::with_capacity(8 + value.len());
    bytes.extend(length.to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// `ifinfomsg`: number, flags and which of them are meant.
pub(super) fn link(number: u32, flags: u32) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    bytes.extend(number.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes
}

/// The message that brings an interface up.
pub(super) fn up(number: u32) -> Vec<u8> {
    const IFF_UP: u32 = 1;
    message(RTM_NEWLINK, 0, &link(number, IFF_UP))
}

/// The kernel answers with an error message whose number is 0 when all is well.
fn acknowledged(answer: &[u8]) -> io::Result<()> {
    let kind = answer
        .get(4..6)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u16::from_ne_bytes);
    let error = answer
        .get(HEADER..HEADER + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .map(i32::from_ne_bytes);
    match (kind, error) {
        (Some(NLMSG_ERROR), Some(0)) => Ok(()),
        (Some(NLMSG_ERROR), Some(error)) => Err(io::Error::from_raw_os_error(-error)),
        _ => Err(io::Error::other("the kernel's answer is not an acknowledgement")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_long_as_it_says() {
        let message = up(LOOPBACK);
        assert_eq!(message.len(), 2 * HEADER);
        assert_eq!(message[..4], 32u32.to_ne_bytes());
    }

    #[test]
    fn a_refusal_is_an_error_with_its_number() {
        let mut answer = vec![0; 20];
        answer[4..6].copy_from_slice(&NLMSG_ERROR.to_ne_bytes());
        assert!(acknowledged(&answer).is_ok());
        answer[HEADER..].copy_from_slice(&(-1i32).to_ne_bytes());
        assert_eq!(
            acknowledged(&answer).map_err(|error| error.raw_os_error()),
            Err(Some(1))
        );
        assert!(acknowledged(&[]).is_err());
    }
}
