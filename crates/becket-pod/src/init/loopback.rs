//! Brings the loopback interface of a new network namespace up, which gives it 127.0.0.0/8 and `::1`.
//!
//! One message of rtnetlink(7), written by hand: a library for it would be many times the size of the need.

use std::io;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

const RTM_NEWLINK: u16 = 16;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const NLMSG_ERROR: u16 = 2;
const IFF_UP: u32 = 1;
/// The loopback interface is the first of every network namespace.
const LOOPBACK: i32 = 1;
/// Bytes of `nlmsghdr` and of `ifinfomsg`.
const HEADER: usize = 16;
const LINK: usize = 16;

/// Brings it up.
pub(super) fn up() -> io::Result<()> {
    ask(&request())
}

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

fn request() -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + LINK);
    bytes.extend(u32::try_from(HEADER + LINK).unwrap_or(0).to_ne_bytes()); // nlmsg_len
    bytes.extend(RTM_NEWLINK.to_ne_bytes()); // nlmsg_type
    bytes.extend((NLM_F_REQUEST | NLM_F_ACK).to_ne_bytes()); // nlmsg_flags
    bytes.extend(1u32.to_ne_bytes()); // nlmsg_seq
    bytes.extend(0u32.to_ne_bytes()); // nlmsg_pid: the kernel's
    bytes.extend([0; 4]); // ifi_family, padding, ifi_type
    bytes.extend(LOOPBACK.to_ne_bytes()); // ifi_index
    bytes.extend(IFF_UP.to_ne_bytes()); // ifi_flags
    bytes.extend(IFF_UP.to_ne_bytes()); // ifi_change
    bytes
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
    fn the_request_is_as_long_as_it_says() {
        let request = request();
        assert_eq!(request.len(), HEADER + LINK);
        assert_eq!(request[..4], 32u32.to_ne_bytes());
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
