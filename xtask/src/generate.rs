//! `gen`: what of `docs/` and `schema/` comes from the code. The command line itself knows it all; here it is only
//! written, or compared with what is there.

use std::process::Command;

use anyhow::Result;

use crate::process::{output, root};

/// A file, and the arguments with which `becket` prints it.
const GENERATED: &[(&str, &[&str])] = &[
    ("docs/command-line.md", &["docs", "command-line"]),
    ("docs/rules.md", &["docs", "rules"]),
    ("schema/platform.schema.json", &["docs", "schema"]),
];

/// `cargo xtask gen [--check]`. True when all is as it should be.
pub fn run(arguments: &[String]) -> Result<bool> {
    let check = arguments.iter().any(|argument| argument == "--check");
    let mut same = true;
    for (path, print) in GENERATED {
        let text = output(
            Command::new(env!("CARGO"))
                .current_dir(root())
                .args(["run", "--quiet", "--package", "becket", "--"])
                .args(*print),
        )?;
        let file = root().join(path);
        if std::fs::read_to_string(&file).is_ok_and(|there| there == text) {
            continue;
        }
        if check {
            println!("{path} is not what the code says; run `cargo xtask gen`");
            same = false;
        } else {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(&file, text)?;
            println!("wrote {path}");
        }
    }
    Ok(same)
}
