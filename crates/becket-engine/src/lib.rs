//! A stand-in for the platform's clusters on one machine.
//!
//! It watches the platform's bare Git repositories, reads what Argo CD would read there, and runs it: reconcilers are
//! functions from state to actions, input and output is at the edge. It writes nothing into a repository and keeps no
//! state that Git can hold.

pub mod application;
pub mod authority;
pub mod build;
pub mod client;
mod control;
mod declare;
pub mod deployment;
mod engine;
pub mod environment;
mod error;
pub mod ingress;
pub mod job;
mod lock;
mod memory;
pub mod network;
pub mod object;
pub mod pod;
pub mod policy;
pub mod postgres;
pub mod probe;
mod repositories;
mod runtime;
pub mod service;
pub mod standin;
pub mod status;
pub mod sync;
pub mod template;
pub mod time;
pub mod world;

pub use engine::{Engine, EngineConfig, NotHealthy};
pub use error::EngineError;
pub use lock::running;
