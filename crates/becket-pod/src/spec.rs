//! What a pod and its containers should be: plain data, sent as it is to the pod's own processes.
//!
//! Nothing here touches the machine.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The program that becomes a pod's own processes; its `main` calls [`crate::init::main_if_asked`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Init {
    /// The running program itself, even when its file has been replaced since.
    #[default]
    Itself,
    /// Another program, for callers whose `main` is not their own, such as tests.
    Program(PathBuf),
}

/// A pod: namespaces, names and volumes that its containers share.
#[derive(Debug, Clone, Default)]
pub struct PodSpec {
    /// A name for messages.
    pub id: String,
    /// The host name inside.
    pub hostname: String,
    /// Entries of `/etc/hosts` beside `localhost` and the pod's own.
    pub hosts: Vec<HostsEntry>,
    /// Contents of `/etc/resolv.conf`.
    pub resolv_conf: String,
    /// Volumes that containers may mount, by name.
    pub volumes: Vec<Volume>,
    /// What becomes the pod's own processes.
    pub init: Init,
}

/// A line of `/etc/hosts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostsEntry {
    /// The address; inside a pod that is one of 127.0.0.0/8 on which [`crate::Pod::listen`] listens.
    pub address: IpAddr,
    /// The names it has.
    pub names: Vec<String>,
}

/// Something that a pod's containers can mount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// The name by which [`Mount::volume`] refers to it. Letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// What is in it.
    pub source: VolumeSource,
}

/// Where a volume's contents come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum VolumeSource {
    /// Empty at first, in memory, gone with the pod, shared by its containers and kept over their restarts.
    Empty {
        /// The most it holds, in bytes; half of the machine's memory when not given.
        limit: Option<u64>,
    },
    /// These files, by relative path; containers cannot write to it.
    Files(BTreeMap<String, VolumeFile>),
    /// A folder of the machine.
    Folder(PathBuf),
}

/// One file of [`VolumeSource::Files`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeFile {
    /// What is in it.
    pub contents: FileContents,
    /// Permission bits, such as `0o644`.
    pub mode: u32,
}

/// A file's contents, as text where it is text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FileContents {
    /// UTF-8.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl FileContents {
    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl From<Vec<u8>> for FileContents {
    fn from(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|error| Self::Bytes(error.into_bytes()), Self::Text)
    }
}

/// A container: one program with a root of its own in a pod.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ContainerSpec {
    /// A name for messages.
    pub name: String,
    /// The folder that becomes `/`; it is never written to.
    pub root: PathBuf,
    /// Whether the container may write to its root; what it writes is in memory and gone with it.
    pub writable_root: bool,
    /// Program and arguments. A program without `/` is looked for in `PATH` of [`Self::env`].
    pub command: Vec<String>,
    /// The whole environment.
    pub env: Vec<(String, String)>,
    /// The user inside.
    pub user: u32,
    /// The group inside.
    pub group: u32,
    /// The folder to start in, made when missing; `/` when empty.
    pub workdir: String,
    /// Volumes of the pod and where they appear.
    pub mounts: Vec<Mount>,
    /// Where output goes.
    #[serde(skip)]
    pub log: LogSpec,
}

/// A volume's place in a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// The name of one of [`PodSpec::volumes`].
    pub volume: String,
    /// Where it appears, an absolute path.
    pub path: String,
    /// A file or folder in the volume to mount instead of all of it; a folder that is missing is made. Links in the
    /// volume count only as long as they stay in it.
    pub sub_path: Option<String>,
    /// Whether the container may only read it.
    pub read_only: bool,
}

/// Where a container's output goes, as lines of the CRI log format: time, stream, `F` or `P`, text.
#[derive(Debug, Clone, Default)]
pub struct LogSpec {
    /// The file, appended to; its folder is made when missing. Empty: output is thrown away.
    pub path: PathBuf,
    /// The size in bytes after which the file is renamed to `<path>.1` and a new one begun; 0 means 10 MiB.
    pub max_bytes: u64,
}
