//! A running pod, as the process that started it sees it: its network, its containers, its end.

mod container;
mod control;
mod exit;
mod log;

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::AsFd;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::process::Signal;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::process::Command;
use tokio::sync::watch;

pub use container::Container;
use control::Control;
pub use exit::{Exit, Outcome};

use crate::PodError;
use crate::init::{ARGUMENT, gateway};
use crate::preflight::{Readings, program};
use crate::spec::{ContainerSpec, HostsEntry, PodSpec};
use crate::wire::{self, Boot, Request};

/// The address under which a pod is reached from outside. It is not 127.0.0.1, so that a program which listens to
/// itself only cannot be reached here either, as on a cluster.
pub const POD_ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// How many sockets to fetch from a pod at once, when none is left.
const SOCKETS: usize = 8;

/// A running pod. Dropping it kills it.
#[derive(Debug)]
pub struct Pod {
    id: String,
    hostname: String,
    pid: u32,
    control: Arc<Control>,
    sockets: Mutex<VecDeque<std::net::TcpStream>>,
    containers: Mutex<Vec<Container>>,
    gone: watch::Receiver<bool>,
}

/// How a pod or a container came to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Whether it had not ended by itself when the grace period was over.
    pub killed: bool,
}

impl Pod {
    /// Makes a pod with no container in it yet. To be called within a tokio runtime with IO and time.
    pub async fn start(spec: PodSpec) -> Result<Self, PodError> {
        let id = spec.id;
        let outside = |step: &str| PodError::outside(&id, step);
        let flags = SocketFlags::CLOEXEC;
        let (ours, theirs) = rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
            .map_err(io::Error::from)
            .map_err(outside("make its socket"))?;
        let hostname = host_name(&spec.hostname).to_owned();
        let boot = Boot {
            hosts: hosts_text(&hostname, &spec.hosts),
            hostname: hostname.clone(),
            resolv_conf: spec.resolv_conf,
            volumes: spec.volumes,
        };
        let boot = wire::file_of(&boot).map_err(outside("write its specification"))?;
        wire::send(ours.as_fd(), &(), &[boot.as_fd()]).map_err(outside("send its specification"))?;
        let mut outer = Command::new(program(&spec.init))
            .args([ARGUMENT, "outer"])
            .env_clear()
            .current_dir("/")
            .process_group(0)
            .stdin(theirs)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(outside("start its outer process"))?;
        let (tell, gone) = watch::channel(false);
        let control = Control::open(ours).map_err(outside("listen to it"))?;
        // The outer process ends when all of the pod has ended.
        tokio::spawn(async move {
            let _ = outer.wait().await;
            let _ = tell.send(true);
        });
        let (sockets, containers) = (Mutex::default(), Mutex::default());
        let mut pod = Self {
            id,
            hostname,
            pid: 0,
            control,
            sockets,
            containers,
            gone,
        };
        // From here on, who drops this future or gets an error leaves nothing behind.
        match pod.control.ready().await {
            Ok(pid) => pod.pid = pid,
            Err(Some(fault)) if fault.is_refusal() => {
                return Err(Readings::of_this_machine().refused(&fault).into());
            }
            Err(Some(fault)) => return Err(PodError::inside(&pod.id, fault)),
            Err(None) => return Err(PodError::gone(&pod.id)),
        }
        Ok(pod)
    }

    /// The id from the specification.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The pid of the pod's first process, as this process sees it.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Starts a container. Answers when its program runs; that the program then fails is its [`Container::wait`].
    pub async fn run(&self, spec: ContainerSpec) -> Result<Container, PodError> {
        let container = Container::run(&self.id, &self.control, spec).await?;
        let mut containers = lock(&self.containers);
        containers.retain(|container| container.exit().is_none());
        containers.push(container.clone());
        Ok(container)
    }

    /// Connects to a port inside, by [`POD_ADDRESS`]. Nobody listening there is an error of the kind
    /// `ConnectionRefused`.
    pub async fn connect(&self, port: u16) -> io::Result<TcpStream> {
        self.socket()
            .await?
            .connect(SocketAddr::from((POD_ADDRESS, port)))
            .await
    }

    /// Listens for programs inside, so that they reach whoever accepts here. The address is one of 10.96.0.0/12, the
    /// pod's outside, where no port is ever taken by a program of its own; or one of 127.0.0.0/8, or 0.0.0.0.
    pub async fn listen(&self, address: IpAddr, port: u16) -> io::Result<TcpListener> {
        let socket = if gateway::serves(address) {
            let socket = self.fetch(Request::GatewaySocket).await?.pop_front();
            TcpSocket::from_std_stream(socket.ok_or_else(no_socket)?)
        } else {
            self.socket().await?
        };
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::new(address, port))?;
        socket.listen(1024)
    }

    /// A fresh TCP socket of the pod's network. It belongs there for ever, whoever uses it.
    async fn socket(&self) -> io::Result<TcpSocket> {
        let spare = lock(&self.sockets).pop_front();
        if let Some(socket) = spare {
            return Ok(TcpSocket::from_std_stream(socket));
        }
        let mut fresh = self.fetch(Request::Sockets { count: SOCKETS }).await?;
        let socket = fresh.pop_front();
        lock(&self.sockets).append(&mut fresh);
        socket.map(TcpSocket::from_std_stream).ok_or_else(no_socket)
    }

    async fn fetch(&self, request: Request) -> io::Result<VecDeque<std::net::TcpStream>> {
        let answer = self.control.call(request, &[]).await;
        let answer = answer.map_err(|error| self.broken(error))?;
        Ok(answer.into_iter().map(std::net::TcpStream::from).collect())
    }

    fn broken(&self, error: Option<wire::Fault>) -> io::Error {
        error.map_or_else(
            || io::Error::new(io::ErrorKind::NotConnected, PodError::gone(&self.id)),
            |fault| fault.error(),
        )
    }

    /// Replaces the entries of `/etc/hosts` beside `localhost` and the pod's own, while its containers run.
    pub async fn set_hosts(&self, hosts: &[HostsEntry]) -> Result<(), PodError> {
        let file = wire::file_of(&hosts_text(&self.hostname, hosts))
            .map_err(PodError::outside(&self.id, "write /etc/hosts"))?;
        match self.control.call(Request::Hosts, &[file.as_fd()]).await {
            Ok(_) => Ok(()),
            Err(Some(fault)) => Err(PodError::inside(&self.id, fault)),
            Err(None) => Err(PodError::gone(&self.id)),
        }
    }

    /// Stops all containers, then the pod: SIGTERM to their programs, and after the grace period SIGKILL to all.
    /// Answers when nothing is left of the pod.
    pub async fn stop(&self, grace: Duration) -> Stopped {
        let containers = std::mem::take(&mut *lock(&self.containers));
        for container in &containers {
            container.signal(Signal::TERM).await;
        }
        let all = async {
            for container in &containers {
                container.wait().await;
            }
        };
        let killed = tokio::time::timeout(grace, all).await.is_err();
        self.kill().await;
        for container in &containers {
            container.wait().await;
        }
        Stopped { killed }
    }

    /// Kills everything in the pod. Answers when nothing is left of it.
    pub async fn kill(&self) {
        self.control.kill();
        self.gone().await;
    }

    /// Waits until nothing is left of the pod, for whatever reason.
    pub async fn gone(&self) {
        // An error means that the runtime is ending, and everything with it.
        let _ = self.gone.clone().wait_for(|gone| *gone).await;
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        self.control.kill();
    }
}

/// What the kernel takes of a name: 63 characters, cut as the kubelet cuts the name of a pod.
fn host_name(name: &str) -> &str {
    name.get(..63).unwrap_or(name).trim_end_matches(['-', '.'])
}

fn no_socket() -> io::Error {
    io::Error::other("the pod made no socket")
}

fn hosts_text(hostname: &str, hosts: &[HostsEntry]) -> String {
    let mut text = format!("127.0.0.1 localhost\n::1 localhost\n{POD_ADDRESS} {hostname}\n");
    for entry in hosts.iter().filter(|entry| !entry.names.is_empty()) {
        let _ = writeln!(text, "{} {}", entry.address, entry.names.join(" "));
    }
    text
}

/// A lock whose holders cannot leave their data half-changed, so that a panic elsewhere does not matter here.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_host_name_is_cut() {
        assert_eq!(host_name("orders-1"), "orders-1");
        let long = format!("{}-{}", "a".repeat(62), "b".repeat(62));
        assert_eq!(host_name(&long), "a".repeat(62));
    }

    #[test]
    fn hosts_name_the_pod_and_its_neighbours() {
        let hosts = [
            HostsEntry {
                address: Ipv4Addr::new(127, 1, 0, 1).into(),
                names: vec!["catalog".to_owned(), "catalog.dev".to_owned()],
            },
            HostsEntry {
                address: Ipv4Addr::new(127, 1, 0, 2).into(),
                names: Vec::new(),
            },
        ];
        assert_eq!(
            hosts_text("orders-1", &hosts),
            "127.0.0.1 localhost\n::1 localhost\n127.0.0.2 orders-1\n127.1.0.1 catalog catalog.dev\n"
        );
    }
}
