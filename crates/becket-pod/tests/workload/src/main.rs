//! What runs inside the pods of tests: a static program whose first argument says what to do.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode};
use std::thread::park;

use nix::sys::signal::{SigSet, Signal};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).skip(1).collect::<Vec<_>>()[..] {
        ["exit", code] => return ExitCode::from(code.parse::<u8>().unwrap()),
        ["abort"] => std::process::abort(),
        ["sleep"] => park(),
        ["ignore-term"] => {
            let mut mask = SigSet::empty();
            mask.add(Signal::SIGTERM);
            mask.thread_block().unwrap();
            println!("ignoring");
            park();
        }
        ["listen", address] => listen(address),
        ["get", address] => {
            let mut text = String::new();
            TcpStream::connect(address).unwrap().read_to_string(&mut text).unwrap();
            println!("{text}");
        }
        ["print", lines] => {
            for number in 0..lines.parse::<u32>().unwrap() {
                println!("line {number}");
                eprintln!("error {number}");
            }
        }
        ["family"] => {
            Command::new("/workload").arg("family-2").spawn().unwrap();
            println!("family");
            park();
        }
        ["family-2"] => {
            Command::new("/workload").arg("sleep").spawn().unwrap();
            park();
        }
        ["orphan"] => {
            Command::new("/workload").arg("sleep").spawn().unwrap();
        }
        ["read", path] => match std::fs::read(path) {
            Ok(bytes) => std::io::stdout().write_all(&bytes).unwrap(),
            Err(error) => println!("{:?}", error.kind()),
        },
        ["write", path] => match std::fs::write(path, "written") {
            Ok(()) => println!("written"),
            Err(error) => println!("{:?}", error.kind()),
        },
        ["link", target, path] => std::os::unix::fs::symlink(target, path).unwrap(),
        ["list", path] => match std::fs::read_dir(path) {
            Ok(entries) => {
                let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
                names.sort();
                println!("{}", names.join(" "));
            }
            Err(error) => println!("{:?}", error.kind()),
        },
        ["env"] => {
            println!("cwd={}", std::env::current_dir().unwrap().display());
            for (name, value) in std::env::vars() {
                println!("{name}={value}");
            }
        }
        _ => return ExitCode::from(99),
    }
    ExitCode::SUCCESS
}

/// Answers every connection with the host name.
fn listen(address: &str) {
    let listener = TcpListener::bind(address).unwrap();
    println!("listening");
    let name = std::fs::read_to_string("/etc/hostname").unwrap();
    for stream in listener.incoming() {
        let _ = stream.unwrap().write_all(name.trim().as_bytes());
    }
}
