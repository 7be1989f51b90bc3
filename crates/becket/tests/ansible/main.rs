//! The rendered Ansible before Ansible itself: linted, parsed, tested by `ansible-test`, and run on what the tests themselves
//! bring: a tree of files with namespaces around it, a PostgreSQL in a temporary folder, a local AWS. Nothing touches the
//! machine that tests. What talks to a cluster's API is linted and parsed here, and run by `cargo xtask conformance`.
//! `docs/decisions/ansible.md` says what nothing judges.

#[cfg(test)]
mod aws;
#[cfg(test)]
mod collection;
#[cfg(test)]
#[path = "../judge/mod.rs"]
mod judge;
#[cfg(test)]
mod machines;
#[cfg(test)]
#[path = "../moto/mod.rs"]
mod moto;
#[cfg(test)]
#[path = "../reference/mod.rs"]
mod reference;
#[cfg(test)]
mod rendered;
#[cfg(test)]
mod rights;
