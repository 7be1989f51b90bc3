//! Pods and images on one Linux machine, for an ordinary user.
//!
//! A [`Pod`] is a tree of processes in its own user, mount, PID, network, IPC and UTS namespaces; a [`Container`] in it
//! is a process with an image's root and the user it asks for, without capabilities. The process that starts a pod is
//! also its network: sockets are made inside the pod and handed out as file descriptors. [`store`] keeps images in an
//! OCI layout, by digest.
//!
//! Deliberately absent: any word of Kubernetes, limits by cgroups, seccomp filters, registries, and unsafe code. Who
//! uses this crate calls [`init::main_if_asked`] first thing in `main`, because a pod's own processes are that program
//! started again.

pub mod init;
pub mod store;

mod error;
mod pod;
mod preflight;
mod spec;
mod wire;

pub use error::PodError;
pub use pod::{Container, Exit, Outcome, POD_ADDRESS, Pod, Stopped};
pub use preflight::{Unsupported, preflight, raise_open_files};
pub use rustix::process::Signal;
pub use spec::{
    ContainerSpec, FileContents, HostsEntry, Init, LogSpec, Mount, PodSpec, Volume, VolumeFile, VolumeSource,
};
