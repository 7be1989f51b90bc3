//! What the server counts, as Prometheus reads it. No name of a state or user is in it: whoever may scrape may see it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::version::Listed;

/// The upper ends of the buckets, in milliseconds.
const BUCKETS: [u64; 10] = [1, 5, 10, 20, 50, 100, 250, 1000, 5000, 30_000];

#[derive(Default)]
struct Durations {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: f64,
}

#[derive(Default)]
struct Counts {
    requests: BTreeMap<(&'static str, u16), u64>,
    durations: BTreeMap<&'static str, Durations>,
    received: u64,
    sent: u64,
}

/// What was counted since the server started.
#[derive(Default)]
pub(crate) struct Metrics(Mutex<Counts>);

impl Metrics {
    /// Notes a request that was answered.
    pub(crate) fn note(&self, method: &str, status: u16, took: Duration, received: u64, sent: u64) {
        // Whoever sends methods of its own makes no series of its own.
        let method = ["GET", "POST", "DELETE", "LOCK", "UNLOCK"]
            .into_iter()
            .find(|known| *known == method)
            .unwrap_or("other");
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.requests.entry((method, status)).or_default() += 1;
        counts.received += received;
        counts.sent += sent;
        let durations = counts.durations.entry(method).or_default();
        durations.count += 1;
        durations.sum += took.as_secs_f64();
        for (bucket, upper) in durations.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(took <= Duration::from_millis(upper));
        }
    }

    /// All of it, with how the states stand.
    pub(crate) fn text(&self, states: &[Listed], now: jiff::Timestamp) -> String {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, samples: String| {
            text += &format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{samples}");
        };
        let mut samples = String::new();
        for ((method, status), count) in &counts.requests {
            samples +=
                &format!("becket_state_requests_total{{method=\"{method}\",status=\"{status}\"}} {count}\n");
        }
        family(
            "becket_state_requests_total",
            "counter",
            "Requests that were answered.",
            samples,
        );
        let mut samples = String::new();
        let name = "becket_state_request_duration_seconds";
        for (method, durations) in &counts.durations {
            for (count, upper) in durations.buckets.iter().zip(BUCKETS) {
                let upper = Duration::from_millis(upper).as_secs_f64();
                samples += &format!("{name}_bucket{{method=\"{method}\",le=\"{upper}\"}} {count}\n");
            }
            let Durations { count, sum, .. } = durations;
            samples += &format!("{name}_bucket{{method=\"{method}\",le=\"+Inf\"}} {count}\n");
            samples += &format!("{name}_sum{{method=\"{method}\"}} {sum}\n");
            samples += &format!("{name}_count{{method=\"{method}\"}} {count}\n");
        }
        family(
            name,
            "histogram",
            "From the request to the head of its answer.",
            samples,
        );
        let lasts = || states.iter().filter_map(|state| state.last.as_ref());
        let locks = || states.iter().filter_map(|state| state.lock.as_ref());
        let oldest = locks().map(|lock| now.as_second() - lock.since.as_second()).max();
        for (name, kind, help, value) in [
            (
                "becket_state_received_bytes_total",
                "counter",
                "Bytes of states that came.",
                counts.received,
            ),
            (
                "becket_state_sent_bytes_total",
                "counter",
                "Bytes of states that went.",
                counts.sent,
            ),
            (
                "becket_state_states",
                "gauge",
                "States that are kept.",
                lasts().count() as u64,
            ),
            (
                "becket_state_damaged",
                "gauge",
                "States whose newest version cannot be read.",
                states.iter().filter(|state| state.damage.is_some()).count() as u64,
            ),
            (
                "becket_state_versions",
                "gauge",
                "Versions of all states that are kept.",
                states.iter().map(|state| state.versions as u64).sum(),
            ),
            (
                "becket_state_bytes",
                "gauge",
                "Bytes of the newest versions.",
                lasts().map(|last| last.meta.size).sum(),
            ),
            (
                "becket_state_largest_bytes",
                "gauge",
                "Bytes of the largest of the newest versions.",
                lasts().map(|last| last.meta.size).max().unwrap_or_default(),
            ),
            (
                "becket_state_locks",
                "gauge",
                "Locks that are held.",
                locks().count() as u64,
            ),
            (
                "becket_state_oldest_lock_seconds",
                "gauge",
                "How long the oldest lock has been held.",
                oldest.and_then(|age| u64::try_from(age).ok()).unwrap_or_default(),
            ),
        ] {
            family(name, kind, help, format!("{name} {value}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_and_buckets_add_up() {
        let metrics = Metrics::default();
        metrics.note("POST", 200, Duration::from_millis(7), 100, 0);
        metrics.note("POST", 200, Duration::from_millis(70), 100, 0);
        metrics.note("BREW", 400, Duration::from_millis(1), 0, 9);
        let text = metrics.text(&[], "2026-11-24T00:00:00Z".parse().unwrap());
        for line in [
            r#"becket_state_requests_total{method="POST",status="200"} 2"#,
            r#"becket_state_requests_total{method="other",status="400"} 1"#,
            r#"becket_state_request_duration_seconds_bucket{method="POST",le="0.005"} 0"#,
            r#"becket_state_request_duration_seconds_bucket{method="POST",le="0.01"} 1"#,
            r#"becket_state_request_duration_seconds_bucket{method="POST",le="0.1"} 2"#,
            r#"becket_state_request_duration_seconds_bucket{method="POST",le="+Inf"} 2"#,
            "becket_state_received_bytes_total 200",
            "becket_state_sent_bytes_total 9",
            "becket_state_locks 0",
        ] {
            assert!(text.lines().any(|said| said == line), "{line} is not in\n{text}");
        }
    }
}
