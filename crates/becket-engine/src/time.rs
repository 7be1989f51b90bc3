//! The engine's clock, as the reconcilers see it.
//!
//! A reconciler is given the time; only the engine's loop reads a clock.

/// How long ago the engine started.
pub type Time = std::time::Duration;
