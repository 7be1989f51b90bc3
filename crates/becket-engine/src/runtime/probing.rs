//! Asks a container: a GET request or a connection.

use std::io;

use becket_pod::Pod;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::probe::{Handler, Probe};

/// Asks, and answers why it failed.
pub(super) async fn ask(pod: &Pod, probe: &Probe, port: u16) -> Result<(), String> {
    let what = || probe.handler.describe();
    let asked = async {
        let stream = pod.connect(port).await?;
        match &probe.handler {
            Handler::Tcp { .. } => Ok(200),
            Handler::Http { path, headers, .. } => get(stream, path, headers, port).await,
        }
    };
    match tokio::time::timeout(probe.timeout, asked).await {
        Ok(Ok(200..=399)) => Ok(()),
        Ok(Ok(status)) => Err(format!("{}: {status}", what())),
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Err(format!("{}: nobody listens on port {port}", what()))
        }
        Ok(Err(error)) => Err(format!("{}: {error}", what())),
        Err(_) => Err(format!(
            "{}: no answer within {} s",
            what(),
            probe.timeout.as_secs()
        )),
    }
}

/// The status of the answer. Its body is nobody's business.
async fn get(mut stream: TcpStream, path: &str, headers: &[(String, String)], port: u16) -> io::Result<u16> {
    let mut request = format!("GET {path} HTTP/1.1\r\nUser-Agent: kube-probe/1.36\r\nAccept: */*\r\n");
    let named = |name: &str| {
        headers
            .iter()
            .any(|(header, _)| header.eq_ignore_ascii_case(name))
    };
    if !named("host") {
        request.push_str(&format_header(
            "Host",
            &format!("{}:{port}", becket_pod::POD_ADDRESS),
        ));
    }
    for (name, value) in headers {
        request.push_str(&format_header(name, value));
    }
    request.push_str("Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut line = [0; 12];
    stream.read_exact(&mut line).await?;
    let status = std::str::from_utf8(&line).ok();
    let status = status.and_then(|line| line.strip_prefix("HTTP/1.")?.get(2..)?.parse().ok());
    status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP/1.1"))
}

fn format_header(name: &str, value: &str) -> String {
    let clean = |text: &str| text.replace(['\r', '\n'], " ");
    format!("{}: {}\r\n", clean(name), clean(value))
}
