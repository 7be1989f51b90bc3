//! Taking the time of whole processes, and saying it: medians with the range. Nothing here is ever asserted.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The times of several runs of one thing.
#[derive(Debug, Clone, Default)]
pub struct Runs(Vec<Duration>);

impl Runs {
    /// Notes one more.
    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
        self.0.sort();
    }

    /// The middle one; of an even number the upper of the two.
    pub fn median(&self) -> Duration {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }
}

impl std::fmt::Display for Runs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0.first(), self.0.last()) {
            (Some(least), Some(most)) if self.0.len() > 1 => {
                let (median, count) = (self.median(), self.0.len());
                write!(
                    f,
                    "{} ({}–{}, {count} runs)",
                    in_words(median),
                    in_words(*least),
                    in_words(*most)
                )
            }
            (Some(only), _) => write!(f, "{} (1 run)", in_words(*only)),
            _ => f.write_str("–"),
        }
    }
}

/// A time with three digits, in the unit that suits it.
pub fn in_words(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        0.0..0.01 => format!("{:.2} ms", seconds * 1e3),
        0.01..0.1 => format!("{:.1} ms", seconds * 1e3),
        0.1..1.0 => format!("{:.0} ms", seconds * 1e3),
        1.0..10.0 => format!("{seconds:.2} s"),
        10.0..100.0 => format!("{seconds:.1} s"),
        _ => format!("{seconds:.0} s"),
    }
}

/// How many times as long the other one takes.
pub fn times(ours: &Runs, other: &Runs) -> String {
    let ratio = other.median().as_secs_f64() / ours.median().as_secs_f64().max(f64::MIN_POSITIVE);
    if ratio < 10.0 {
        format!("{ratio:.1}×")
    } else {
        format!("{ratio:.0}×")
    }
}

/// Runs `command` to its end and returns how long that took, from before it is started; and what it printed.
pub fn timed(command: &mut Command) -> Result<(Duration, Vec<u8>)> {
    let program = command.get_program().display().to_string();
    let begin = Instant::now();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {program}"))?;
    let took = begin.elapsed();
    if !output.status.success() {
        bail!(
            "{program} failed: {}{}",
            String::from_utf8_lossy(&output.stdout).trim(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok((took, output.stdout))
}

/// The machine and the day, in words.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let field = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text
            .lines()
            .find(|line| line.starts_with(name))
            .map(str::to_owned);
        line.and_then(|line| line.split_once(':').map(|(_, value)| value.trim().to_owned()))
            .unwrap_or_default()
    };
    let memory = field("/proc/meminfo", "MemTotal")
        .split(' ')
        .next()
        .and_then(|kilobytes| kilobytes.parse::<f64>().ok())
        .unwrap_or_default()
        / f64::from(1 << 20);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let date = crate::process::output(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"]));
    format!(
        "{cores} cores ({}), {memory:.0} GiB, Linux; {}; load before the run {load}",
        field("/proc/cpuinfo", "model name"),
        date.unwrap_or_default().trim()
    )
}

/// The folder that release builds of this workspace lie in.
pub fn release_folder() -> PathBuf {
    crate::process::root().join("target/release")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_told_by_their_median_and_range() {
        let mut runs = Runs::default();
        assert_eq!(runs.to_string(), "–");
        for milliseconds in [9, 3, 1200] {
            runs.push(Duration::from_millis(milliseconds));
        }
        assert_eq!(runs.to_string(), "9.00 ms (3.00 ms–1.20 s, 3 runs)");
    }
}
