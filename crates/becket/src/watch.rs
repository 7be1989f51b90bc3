//! How a platform gets on, line by line, for who waits at a terminal.

use std::collections::BTreeMap;
use std::time::Instant;

use becket_engine::status::{AppStatus, Board, Health};

use crate::output::{Output, StatusLine};

/// Shows boards as they come.
pub(crate) struct Watch {
    line: StatusLine,
    begun: Instant,
    /// Whether all was well once: from then on, every change is worth a line.
    healthy: bool,
    /// How each app stood.
    states: BTreeMap<String, String>,
}

impl Watch {
    /// Of a platform that starts.
    pub(crate) fn starting(output: Output) -> Self {
        Self {
            line: output.status_line(),
            begun: Instant::now(),
            healthy: false,
            states: BTreeMap::new(),
        }
    }

    /// Of a platform that runs already.
    pub(crate) fn running(output: Output) -> Self {
        Self {
            healthy: true,
            ..Self::starting(output)
        }
    }

    /// Shows what changed. Says whether all is well now, for the first time.
    pub(crate) fn show(&mut self, board: &Board) -> bool {
        for app in board.apps.iter().filter(|app| app.same_as.is_none()) {
            let state = state(app);
            let before = self.states.insert(app.name.clone(), state.clone());
            if before.as_ref() != Some(&state) && self.is_worth_a_line(app, before.is_some()) {
                self.line.lasting(&format!("{:<28} {state}", app.name));
            }
        }
        if !self.healthy && board.is_healthy() {
            self.healthy = true;
            let seconds = self.begun.elapsed().as_secs_f32();
            self.line
                .lasting(&format!("{} apps healthy in {seconds:.1} s", board.apps.len()));
            return true;
        }
        let well = board.apps.iter().filter(|app| app.is_healthy()).count();
        self.line
            .passing(&format!("{well} of {} apps healthy", board.apps.len()));
        false
    }

    /// Whether to say how an app stands now. On the way up only what ends a wait is: well again, or broken.
    fn is_worth_a_line(&self, app: &AppStatus, seen: bool) -> bool {
        if app.is_healthy() {
            seen
        } else {
            self.healthy || app.health == Health::Degraded
        }
    }

    /// A line that stays.
    pub(crate) fn say(&mut self, text: &str) {
        self.line.lasting(text);
    }
}

fn state(app: &AppStatus) -> String {
    let state = format!("{:?} {:?}", app.sync, app.health);
    match app.message.lines().next() {
        Some(message) => format!("{state}: {message}"),
        None => state,
    }
}
