//! The first process of a pod: prepares what containers share, then answers the process that started the pod, starts
//! containers, reaps whatever ends, and ends when that process is gone, and everything in the pod with it.
//!
//! One thread, one loop. It forwards no traffic: it only makes the sockets that traffic goes over.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;

use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::process::WaitOptions;

use super::gateway::Gateway;
use super::mounts::{prepare, refuse, staged};
use super::{loopback, socket, stage};
use crate::wire::{self, Boot, Call, DESCRIPTORS, Fault, Launch, Report, Request, Step};

/// Runs until the process that started the pod is gone.
pub(super) fn run() -> bool {
    let Ok(socket) = socket() else { return false };
    match First::start(socket.as_fd().try_clone_to_owned()) {
        Ok(mut first) => {
            let ready = wire::send(socket.as_fd(), &Report::Ready(Ok(())), &[]);
            drop(socket);
            ready.is_ok() && first.serve().is_ok()
        }
        Err(fault) => {
            let _ = wire::send(socket.as_fd(), &Report::Ready(Err(fault)), &[]);
            false
        }
    }
}

struct First {
    socket: OwnedFd,
    children: SignalFd,
    hosts: File,
    gateway: Gateway,
    containers: BTreeMap<u64, Container>,
}

struct Container {
    /// Its main process.
    pid: i32,
    /// The inode of its mount namespace, once known.
    mounts: Option<u64>,
    /// While its process has not yet become its program: where that process reports.
    launch: Option<OwnedFd>,
}

impl First {
    fn start(socket: io::Result<OwnedFd>) -> Result<Self, Fault> {
        let socket = socket.step(|| "copy the socket".to_owned())?;
        let death = Some(rustix::process::Signal::KILL);
        rustix::process::set_parent_process_death_signal(death)
            .step(|| "follow the outer process".to_owned())?;
        rustix::process::setsid().step(|| "make a session".to_owned())?;
        let mut mask = SigSet::empty();
        mask.add(Signal::SIGCHLD);
        mask.thread_block().step(|| "block SIGCHLD".to_owned())?;
        let children = SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
            .step(|| "listen for SIGCHLD".to_owned())?;
        let boot = || "receive the specification".to_owned();
        let ((), fds) = wire::receive(socket.as_fd())
            .step(boot)?
            .ok_or(rustix::io::Errno::PIPE)
            .step(boot)?;
        let [file] = wire::take(fds).step(boot)?;
        let boot: Boot = wire::value_of(file).step(boot)?;
        rustix::system::sethostname(boot.hostname.as_bytes()).step(|| "set the host name".to_owned())?;
        let gateway =
            Gateway::make().step(|| "connect the pod to its gateway (kernel module veth)".to_owned())?;
        loopback::up().step(|| "bring the loopback interface up".to_owned())?;
        let hosts = prepare(&boot)?;
        super::close_stdin(&staged("dev/null"))?;
        Ok(Self {
            socket,
            children,
            hosts,
            gateway,
            containers: BTreeMap::new(),
        })
    }

    /// Answers until the other side is gone; then this process ends, and the kernel ends the pod.
    fn serve(&mut self) -> io::Result<()> {
        loop {
            let (talk, ended) = self.await_event()?;
            self.hear_launches()?;
            if ended {
                while let Ok(Some(_)) = self.children.read_signal() {}
                self.reap()?;
            }
            if talk {
                let Some((call, fds)) = wire::receive::<Call>(self.socket.as_fd())? else {
                    return Ok(());
                };
                self.answer(&call, fds)?;
            }
        }
    }

    /// Whether the other side has something to say, and whether a process has ended.
    fn await_event(&self) -> io::Result<(bool, bool)> {
        let launches = self
            .containers
            .values()
            .filter_map(|container| container.launch.as_ref());
        let mut waiting = vec![
            PollFd::new(&self.socket, PollFlags::IN),
            PollFd::from_borrowed_fd(self.children.as_fd(), PollFlags::IN),
        ];
        waiting.extend(launches.map(|launch| PollFd::new(launch, PollFlags::IN)));
        match rustix::event::poll(&mut waiting, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok((!waiting[0].revents().is_empty(), !waiting[1].revents().is_empty()))
    }

    fn answer(&mut self, call: &Call, fds: Vec<OwnedFd>) -> io::Result<()> {
        let mut sockets = Vec::new();
        let result = match call.request {
            Request::Sockets { count } => tcp_sockets(count).map(|made| sockets = made),
            Request::GatewaySocket => {
                let made = self.gateway.within(|| tcp_sockets(1));
                let made = made.step(|| "enter the gateway".to_owned());
                made.and_then(|made| made).map(|made| sockets = made)
            }
            Request::Hosts => self.rewrite_hosts(fds),
            Request::Signal { container, signal } => self.signal(container, signal),
            Request::Kill { container } => {
                self.kill(container);
                Ok(())
            }
            Request::Run => match launch(fds) {
                Ok((pid, socket)) => {
                    let container = Container {
                        pid,
                        mounts: None,
                        launch: Some(socket),
                    };
                    self.containers.insert(call.id, container);
                    // Answered when the process has become its program.
                    return Ok(());
                }
                Err(fault) => Err(fault),
            },
        };
        let sockets: Vec<_> = sockets.iter().map(AsFd::as_fd).collect();
        wire::send(
            self.socket.as_fd(),
            &Report::Answer { id: call.id, result },
            &sockets,
        )
    }

    /// Replaces `/etc/hosts` in place, because containers have this very file mounted. One write, and a file that gets
    /// shorter keeps its length in empty lines, so that a reader never sees a part of the old text behind the new.
    fn rewrite_hosts(&self, fds: Vec<OwnedFd>) -> Result<(), Fault> {
        let step = || "rewrite /etc/hosts".to_owned();
        let [file] = wire::take(fds).step(step)?;
        let text: String = wire::value_of(file).step(step)?;
        let mut bytes = text.into_bytes();
        let before = usize::try_from(self.hosts.metadata().step(step)?.len()).unwrap_or(0);
        bytes.resize(bytes.len().max(before), b'\n');
        self.hosts.write_all_at(&bytes, 0).step(step)
    }

    fn signal(&self, container: u64, signal: i32) -> Result<(), Fault> {
        let step = || format!("send signal {signal}");
        let signal = Signal::try_from(signal).step(step)?;
        match self.containers.get(&container) {
            Some(container) => kill(Pid::from_raw(container.pid), signal).step(step),
            // It has ended, which its own report says.
            None => Ok(()),
        }
    }

    /// Kills every process of a container. A container that is alone has all processes but this one; else they are
    /// known by their mount namespace.
    fn kill(&self, id: u64) {
        let Some(container) = self.containers.get(&id) else {
            return;
        };
        if self.containers.len() == 1 {
            let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
            return;
        }
        let _ = kill(Pid::from_raw(container.pid), Signal::SIGKILL);
        if let Some(mounts) = container.mounts {
            // Again and again, because a process may have started another meanwhile.
            while kill_all_in(mounts) {}
        }
    }

    /// Takes what starting containers report, without waiting.
    fn hear_launches(&mut self) -> io::Result<()> {
        let starting: Vec<u64> = self
            .containers
            .iter()
            .filter(|(_, c)| c.launch.is_some())
            .map(|(&id, _)| id)
            .collect();
        starting.into_iter().try_for_each(|id| self.hear_launch(id))
    }

    fn hear_launch(&mut self, id: u64) -> io::Result<()> {
        let Some(container) = self.containers.get_mut(&id) else {
            return Ok(());
        };
        let Some(launch) = container.launch.as_ref() else {
            return Ok(());
        };
        let result = loop {
            match wire::receive::<Launch>(launch.as_fd()) {
                Ok(Some((Launch::Mounts(mounts), _))) => container.mounts = Some(mounts),
                Ok(Some((Launch::Failed(fault), _))) => break Err(fault),
                Ok(None) => break Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => break Err(error).step(|| "start the container".to_owned()),
            }
        };
        container.launch = None;
        if result.is_err() {
            self.containers.remove(&id);
        }
        wire::send(self.socket.as_fd(), &Report::Answer { id, result }, &[])
    }

    /// Reaps all that has ended, the containers' own processes and those left to this one.
    fn reap(&mut self) -> io::Result<()> {
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            let pid = pid.as_raw_pid();
            let Some(id) = self
                .containers
                .iter()
                .find(|(_, c)| c.pid == pid)
                .map(|(&id, _)| id)
            else {
                continue;
            };
            // A program that ended at once has been started before it ended: say that first.
            self.hear_launch(id)?;
            if self.containers.contains_key(&id) {
                self.kill(id);
                self.containers.remove(&id);
                let (code, signal) = (status.exit_status(), status.terminating_signal());
                let report = Report::Exited {
                    container: id,
                    code,
                    signal,
                };
                wire::send(self.socket.as_fd(), &report, &[])?;
            }
        }
        Ok(())
    }
}

fn tcp_sockets(count: usize) -> Result<Vec<OwnedFd>, Fault> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    (0..count.min(DESCRIPTORS))
        .map(|_| rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None))
        .collect::<Result<_, _>>()
        .step(|| "make a socket".to_owned())
}

/// Starts a container's process. Answers its pid and where it reports.
fn launch(fds: Vec<OwnedFd>) -> Result<(i32, OwnedFd), Fault> {
    let step = || "start the container's process".to_owned();
    let [specification, stdout, stderr] = wire::take(fds).step(step)?;
    let (ours, theirs) = rustix::net::socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )
    .step(step)?;
    wire::send(ours.as_fd(), &(), &[specification.as_fd()]).step(step)?;
    rustix::io::ioctl_fionbio(&ours, true).step(step)?;
    let child = stage("container", theirs)
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .step(step)?;
    // Reaped with everything else that ends, by number; the standard library's handle is not needed for that.
    match i32::try_from(child.id()) {
        Ok(pid) => Ok((pid, ours)),
        Err(_) => refuse("the process number is too large".to_owned()),
    }
}

/// Kills what lives in a mount namespace; whether there was anything.
fn kill_all_in(mounts: u64) -> bool {
    let Ok(entries) = fs::read_dir(staged("proc")) else {
        return false;
    };
    let wanted = format!("mnt:[{mounts}]");
    let mut found = false;
    for pid in entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
    {
        let link = fs::read_link(staged(&format!("proc/{pid}/ns/mnt")));
        if link.is_ok_and(|link| link.as_os_str() == wanted.as_str()) {
            found |= kill(Pid::from_raw(pid), Signal::SIGKILL).is_ok();
        }
    }
    found
}
