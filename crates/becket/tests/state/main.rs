//! `becket state serve` as a process of its own, before the real Terraform and OpenTofu, killed in the midst of their work.
//! What one crate decides alone is tested in that crate.

#[cfg(test)]
mod clients;
#[cfg(test)]
#[path = "../judge/mod.rs"]
mod judge;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod server;
#[cfg(test)]
mod terraform;
#[cfg(test)]
mod tls;
