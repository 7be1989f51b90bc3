//! A service that greets, and keeps the contract of a platform: it listens on `$PORT`, answers
//! `/healthz` and `/readyz`, logs JSON lines to stdout, and on SIGTERM finishes the requests under
//! way before it stops.
//!
//! Small, on the standard library, to be read in a minute and replaced by what you build.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Longer requests are cut off: this service reads the first line only.
const LONGEST_REQUEST: u64 = 16 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")
        .unwrap_or_else(|_| "8080".to_owned())
        .parse()?;
    let environment = env::var("ENVIRONMENT").unwrap_or_else(|_| "local".to_owned());
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
    let stopping = AtomicBool::new(false);
    println!(r#"{{"level":"info","message":"serving","port":{port}}}"#);
    thread::scope(|scope| {
        scope.spawn(|| {
            signals.wait().next();
            stopping.store(true, Ordering::SeqCst);
            // Wakes the loop below, which waits for the next connection.
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
                std::process::exit(0);
            }
        });
        for connection in listener.incoming() {
            if stopping.load(Ordering::SeqCst) {
                break;
            }
            let Ok(connection) = connection else { continue };
            let environment = &environment;
            scope.spawn(move || {
                // A client that goes away is its own affair.
                let _gone = serve(&connection, environment);
            });
        }
    });
    println!(r#"{{"level":"info","message":"stopped"}}"#);
    Ok(())
}

fn serve(mut connection: &TcpStream, environment: &str) -> std::io::Result<()> {
    connection.set_read_timeout(Some(Duration::from_secs(5)))?;
    connection.set_write_timeout(Some(Duration::from_secs(5)))?;
    let mut lines = BufReader::new(connection.take(LONGEST_REQUEST)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default();
    let (status, kind, body) = answer(path, environment);
    write!(
        connection,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    if !matches!(path, "/healthz" | "/readyz") {
        let plain: String = path
            .chars()
            .filter(|each| each.is_ascii_graphic() && !"\"\\".contains(*each))
            .collect();
        println!(
            r#"{{"level":"info","message":"request","path":"{plain}","status":{}}}"#,
            &status[..3]
        );
    }
    Ok(())
}

fn answer(path: &str, environment: &str) -> (&'static str, &'static str, String) {
    match path {
        "/" => ("200 OK", "text/html", page(environment)),
        "/healthz" | "/readyz" => ("200 OK", "text/plain", "ok\n".to_owned()),
        _ => ("404 Not Found", "text/plain", "not found\n".to_owned()),
    }
}

fn page(environment: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Hello</title>\n\
         <style>body {{ font: 1.2rem/1.5 system-ui; margin: 20vh auto; max-width: 30rem; padding: 0 1rem }}</style>\n\
         <h1>Hello</h1>\n<p>This is <strong>{environment}</strong>. Change <code>services/hello/src/main.rs</code>, \
         then <code>becket release hello</code>.</p>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_its_environment() {
        let (status, _, body) = answer("/", "dev");
        assert_eq!(status, "200 OK");
        assert!(body.contains("<strong>dev</strong>"));
    }

    #[test]
    fn it_says_that_it_is_alive_and_ready() {
        assert_eq!(answer("/healthz", "dev").0, "200 OK");
        assert_eq!(answer("/readyz", "dev").0, "200 OK");
        assert_eq!(answer("/nothing", "dev").0, "404 Not Found");
    }
}
