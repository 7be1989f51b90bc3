//! A pod's gateway: a second network namespace, on the other end of a cable, where every address of 10.96.0.0/12 is
//! listened on for the pod's programs.
//!
//! It is a namespace of its own because a program that listens on all of its addresses, as most do, shuts everybody else
//! out of that port on any of them. Nothing is forwarded: there is no way from here to the machine's network.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::sched::{CloneFlags, setns, unshare};

use super::loopback;
use super::netlink::{LOOPBACK, NLM_F_CREATE, RTM_NEWLINK, ask, attribute, link, message, up};

const RTM_NEWADDR: u16 = 20;
const RTM_NEWROUTE: u16 = 24;
const AF_INET: u8 = 2;

/// The number of the cable's interface, on both of its ends.
const CABLE: u32 = 100;
/// The pod's end and the gateway's, in a network of four addresses.
const POD: Ipv4Addr = Ipv4Addr::new(10, 95, 255, 2);
const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 95, 255, 1);
const CABLE_PREFIX: u8 = 30;
/// What is listened on: the addresses that Services usually have.
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 0);
const OUTSIDE_PREFIX: u8 = 12;

/// Whether an address is listened on in the gateway.
pub(crate) fn serves(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.to_bits() >> (32 - OUTSIDE_PREFIX) == OUTSIDE.to_bits() >> (32 - OUTSIDE_PREFIX)
        }
        IpAddr::V6(_) => false,
    }
}

/// Both network namespaces; this process is in the pod's.
pub(super) struct Gateway {
    pod: OwnedFd,
    gateway: OwnedFd,
}

impl Gateway {
    /// Makes the network namespace that this process is in the gateway, and moves to a new one, the pod's.
    pub(super) fn make() -> io::Result<Self> {
        let gateway = namespace()?;
        loopback::up()?;
        unshare(CloneFlags::CLONE_NEWNET)?;
        let this = Self {
            pod: namespace()?,
            gateway,
        };
        ask(&cable(this.gateway.as_raw_fd()))?;
        ask(&address(POD))?;
        ask(&up(CABLE))?;
        this.within(|| -> io::Result<()> {
            ask(&address(GATEWAY))?;
            ask(&up(CABLE))?;
            ask(&everything_is_local())
        })??;
        ask(&outside_is_beyond_the_cable())?;
        Ok(this)
    }

    /// Does something in the gateway's network namespace.
    pub(super) fn within<T>(&self, something: impl FnOnce() -> T) -> io::Result<T> {
        setns(self.gateway.as_fd(), CloneFlags::CLONE_NEWNET)?;
        let done = something();
        setns(self.pod.as_fd(), CloneFlags::CLONE_NEWNET)?;
        Ok(done)
    }
}

fn namespace() -> io::Result<OwnedFd> {
    Ok(std::fs::File::open("/proc/self/ns/net")?.into())
}

/// A cable whose other end is in the network namespace of a file descriptor.
fn cable(there: i32) -> Vec<u8> {
    const IFLA_IFNAME: u16 = 3;
    const IFLA_LINKINFO: u16 = 18;
    const IFLA_NET_NS_FD: u16 = 28;
    const IFLA_INFO_KIND: u16 = 1;
    const IFLA_INFO_DATA: u16 = 2;
    const VETH_INFO_PEER: u16 = 1;
    let peer = [
        link(CABLE, 0),
        attribute(IFLA_IFNAME, b"pod\0"),
        attribute(IFLA_NET_NS_FD, &there.to_ne_bytes()),
    ];
    let data = attribute(VETH_INFO_PEER, &peer.concat());
    let info = [
        attribute(IFLA_INFO_KIND, b"veth"),
        attribute(IFLA_INFO_DATA, &data),
    ];
    let body = [
        link(CABLE, 0),
        attribute(IFLA_IFNAME, b"eth0\0"),
        attribute(IFLA_LINKINFO, &info.concat()),
    ];
    message(RTM_NEWLINK, NLM_F_CREATE, &body.concat())
}

fn address(address: Ipv4Addr) -> Vec<u8> {
    const IFA_ADDRESS: u16 = 1;
    const IFA_LOCAL: u16 = 2;
    let mut body = vec![AF_INET, CABLE_PREFIX, 0, 0];
    body.extend(CABLE.to_ne_bytes());
    body.extend(attribute(IFA_LOCAL, &address.octets()));
    body.extend(attribute(IFA_ADDRESS, &address.octets()));
    message(RTM_NEWADDR, NLM_F_CREATE, &body)
}

const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;

/// `rtmsg` with the destination: table, protocol (boot), scope, type.
fn route(table: u8, scope: u8, kind: u8) -> Vec<u8> {
    let mut body = vec![AF_INET, OUTSIDE_PREFIX, 0, 0, table, 3, scope, kind, 0, 0, 0, 0];
    body.extend(attribute(RTA_DST, &OUTSIDE.octets()));
    body
}

/// In the gateway: the addresses of the outside are its own.
fn everything_is_local() -> Vec<u8> {
    let (table_local, scope_host, local) = (255, 254, 2);
    let mut body = route(table_local, scope_host, local);
    body.extend(attribute(RTA_OIF, &LOOPBACK.to_ne_bytes()));
    message(RTM_NEWROUTE, NLM_F_CREATE, &body)
}

/// In the pod: the outside is reached through the gateway.
fn outside_is_beyond_the_cable() -> Vec<u8> {
    let (table_main, scope_universe, unicast) = (254, 0, 1);
    let mut body = route(table_main, scope_universe, unicast);
    body.extend(attribute(RTA_GATEWAY, &GATEWAY.octets()));
    body.extend(attribute(RTA_OIF, &CABLE.to_ne_bytes()));
    message(RTM_NEWROUTE, NLM_F_CREATE, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_as_long_as_they_say() {
        for message in [
            cable(3),
            up(CABLE),
            address(POD),
            everything_is_local(),
            outside_is_beyond_the_cable(),
        ] {
            assert_eq!(message[..4], u32::try_from(message.len()).unwrap().to_ne_bytes());
            assert_eq!(message.len() % 4, 0);
        }
    }

    #[test]
    fn the_gateway_serves_the_addresses_of_services() {
        for (address, served) in [
            ([10, 96, 0, 1], true),
            ([10, 111, 255, 254], true),
            ([10, 112, 0, 1], false),
            ([127, 0, 0, 1], false),
        ] {
            assert_eq!(serves(IpAddr::from(address)), served, "{address:?}");
        }
    }
}
