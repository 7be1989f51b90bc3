//! One file per command. Each returns what the user is told, and an error that says what to do instead.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod docs;
pub(crate) mod down;
pub(crate) mod explain;
pub(crate) mod history;
pub(crate) mod hold;
pub(crate) mod kustomize;
pub(crate) mod logs;
pub(crate) mod new;
pub(crate) mod promote;
pub(crate) mod release;
pub(crate) mod remove;
pub(crate) mod render;
pub(crate) mod rollback;
pub(crate) mod serve;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod test;
pub(crate) mod up;
