//! Tells cargo that the catalog is part of this crate: without it, a new catalog file would not be seen.

fn main() {
    println!("cargo:rerun-if-changed=../../catalog");
}
