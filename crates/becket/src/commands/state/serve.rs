//! `state serve`: states for Terraform and OpenTofu, until it is stopped.

use std::path::Path;
use std::sync::Arc;

use becket_tfstate::{Certificates, Folder, ServeError, Server, Settings, Store};
use serde_json::json;

use super::{keys, refused, retention};
use crate::cli::state::Serve;
use crate::error::{CommandError, chain};
use crate::output::Output;
use crate::runtime::runtime;
use crate::signals::Signals;

pub(super) fn run(start: &Path, arguments: &Serve, output: Output) -> Result<(), CommandError> {
    let dir = start.join(&arguments.place.dir);
    let folder = Folder::at(&dir).map_err(|error| {
        CommandError::machine(format!("cannot keep states in {}: {error}", dir.display()))
    })?;
    let certificates = certificates(start, arguments)?;
    let keys = keys::of_server(start, &arguments.place, output)?;
    let store = Store::open(Arc::new(folder), keys, retention(&arguments.keep));
    let store = store.map_err(|error| refused(&error))?;
    store.recover().map_err(|error| refused(&error))?;
    let settings = Settings {
        listen: arguments.listen,
        certificates,
        most: arguments.max_size.saturating_mul(1 << 20),
        memory: arguments.memory.saturating_mul(1 << 20),
    };
    let scheme = if settings.certificates.is_some() {
        "https"
    } else {
        "http"
    };
    runtime()?.block_on(async {
        let mut signals = Signals::new()?;
        let log = Arc::new(move |line: &serde_json::Value| output.log(line));
        let server = Server::bind(store, settings, log)
            .await
            .map_err(|error| match &error {
                ServeError::Clear(_) => CommandError::usage(&error)
                    .hint("give it --tls-cert and --tls-key, or let it listen at 127.0.0.1"),
                ServeError::Listen { .. } => {
                    CommandError::machine(chain(&error)).hint("--listen ADDRESS:PORT")
                }
            })?;
        let address = format!("{scheme}://{}/states/", server.address());
        output.result(
            format!("states of {} at {address}<name>", dir.display()),
            &json!({ "address": address, "dir": dir }),
        );
        let stop = tokio::sync::Notify::new();
        // Requests that have begun are answered, unless somebody asks twice.
        signals
            .through(server.run(stop.notified()), || stop.notify_one())
            .await;
        Ok(())
    })
}

fn certificates(start: &Path, arguments: &Serve) -> Result<Option<Certificates>, CommandError> {
    let (Some(certificate), Some(key)) = (&arguments.tls_cert, &arguments.tls_key) else {
        return Ok(None);
    };
    let read = |file: &Path| {
        let file = start.join(file);
        std::fs::read(&file)
            .map_err(|error| CommandError::usage(format!("cannot read {}: {error}", file.display())))
    };
    let authority = arguments.client_ca.as_deref().map(read).transpose()?;
    let certificates = Certificates::read(&read(certificate)?, &read(key)?, authority.as_deref());
    certificates.map(Some).map_err(CommandError::usage)
}
