//! The program as a whole, as a user has it: `becket` itself on platforms of its own, beside the real tools.
//! What one crate does alone is tested in that crate.

#[cfg(test)]
mod command_line;
#[cfg(test)]
mod faults;
#[cfg(test)]
#[path = "../judge/mod.rs"]
mod judge;
#[cfg(test)]
mod machine;
#[cfg(test)]
mod minimal;
#[cfg(test)]
mod storefront;
