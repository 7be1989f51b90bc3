//! A local AWS for a test, mended as it is for users.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// moto, until it is dropped.
pub struct Moto {
    server: Child,
    /// Where it answers, as `http://127.0.0.1:<port>`.
    pub address: String,
}

impl Moto {
    /// Starts `program`, which is `moto_server`, and waits until it answers.
    pub fn start(program: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let server = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .env(
                "PYTHONPATH",
                concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog/local-aws/moto/server"),
            )
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moto = Self {
            server,
            address: format!("http://{address}"),
        };
        let deadline = Instant::now() + Duration::from_mins(2);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "the local AWS does not start");
            std::thread::yield_now();
        }
        moto
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
