//! The project's own tasks, as `cargo xtask <task>`.
fn main() {}
