//! Brings the loopback interface of a new network namespace up, which gives it 127.0.0.0/8 and `::1`.

use std::io;

use super::netlink;

/// Brings it up.
pub(super) fn up() -> io::Result<()> {
    netlink::ask(&netlink::up(netlink::LOOPBACK))
}
