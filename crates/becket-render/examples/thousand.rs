//! How long rendering takes: `cargo run --release -p becket-render --example thousand -- [services] [environments]`.

#![expect(clippy::print_stdout, reason = "a measurement is for a person to read")]

use std::fmt::Write as _;
use std::time::Instant;

use becket_render::{Catalog, plan, render};

fn main() {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse().unwrap_or(1));
    let services: usize = numbers.next().unwrap_or(1000);
    let environments: usize = numbers.next().unwrap_or(1);
    let mut text = "becket: 1\nname: many\norganisation: acme\ndomain: acme.example\nclusters:\n".to_owned();
    text.push_str("  one: { cidr: 10.10.0.0/16 }\nenvironments:\n");
    for environment in 0..environments {
        let _ = writeln!(text, "  e{environment}: {{ clusters: [one] }}");
    }
    text.push_str("services:\n");
    for service in 0..services {
        let _ = writeln!(text, "  s{service}:\n    source: s\n    port: 8080");
        if service > 5 {
            let _ = writeln!(text, "    needs: [s{}, s{}]", service / 2, service / 3);
        }
        if service % 2 == 0 {
            text.push_str("    database: { engine: postgres }\n");
        }
        if service % 10 == 0 {
            let _ = writeln!(text, "    host: h{service}");
        }
    }
    let start = Instant::now();
    let parsed = becket_platform::parse("platform.yaml", &text);
    let Some(platform) = parsed.platform() else {
        println!("{:#?}", parsed.errors());
        return;
    };
    let read = start.elapsed();
    let Ok(catalog) = Catalog::embedded() else { return };
    let loaded = start.elapsed();
    for scope in [
        becket_platform::view::Scope::Service,
        becket_platform::view::Scope::ServiceEnvironment,
    ] {
        let start = Instant::now();
        let views = becket_platform::view::views(platform, scope);
        println!("{} views in {:?}", views.len(), start.elapsed());
    }
    let before = Instant::now();
    let Ok(rendered) = render(platform, &catalog) else {
        return;
    };
    let done = before.elapsed();
    let again = Instant::now();
    let plan = plan(&rendered.files, &rendered).map(|plan| plan.unchanged.len());
    println!(
        "{} files: platform read in {read:?}, catalog in {:?}, rendered in {done:?}, compared in {:?} ({plan:?})",
        rendered.files.len(),
        loaded.saturating_sub(read),
        again.elapsed(),
    );
}
