//! A static program for tests, with nothing but the standard library: a server whose behaviour its environment says.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

fn main() {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let argument = std::env::args().nth(1).unwrap_or_default();
    if argument == "migrate" {
        println!("migrating with {}", var("DATABASE_URL"));
        let code = var("MIGRATE").parse().unwrap_or(0);
        if var("MIGRATE") == "hang" {
            std::thread::sleep(Duration::from_secs(3600));
        }
        std::process::exit(code);
    }
    if let Ok(code) = var("EXIT").parse() {
        println!("exiting on purpose");
        std::process::exit(code);
    }
    let port = std::env::var("PORT").unwrap_or_else(|_| "8080".to_owned());
    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).expect("listen");
    println!("version {} listens on {port}", var("VERSION"));
    for stream in listener.incoming().flatten() {
        std::thread::spawn(move || answer(stream));
    }
}

fn answer(mut stream: TcpStream) {
    let mut request = [0; 2048];
    let read = stream.read(&mut request).unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..read]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let (status, body) = match path.as_str() {
        "/readyz" if var("READY") == "no" => (500, "not ready".to_owned()),
        "/readyz" | "/healthz" => (200, "ok".to_owned()),
        "/crash" => std::process::exit(7),
        "/pod" => (200, var("POD")),
        path if path.starts_with("/via/") => match via(&path[5..]) {
            Ok(answer) => (200, answer),
            Err(error) => (502, error.to_string()),
        },
        path if path.starts_with("/env/") => (200, var(&path[5..])),
        path if path.starts_with("/file/") => match std::fs::read_to_string(&path[5..]) {
            Ok(text) => (200, text),
            Err(error) => (404, error.to_string()),
        },
        _ => (200, var("VERSION")),
    };
    let length = body.len();
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
}

/// What `host:port` answers.
fn via(place: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(place)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    if answer.is_empty() {
        return Err(std::io::Error::other("closed without an answer"));
    }
    Ok(body.to_owned())
}
