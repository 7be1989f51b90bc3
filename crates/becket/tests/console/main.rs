//! The console in a real browser: what it shows, and that it changes by itself. Chromium is the judge.

#[cfg(test)]
mod board;
#[cfg(test)]
mod chromium;
#[cfg(test)]
#[path = "../judge/mod.rs"]
mod judge;
