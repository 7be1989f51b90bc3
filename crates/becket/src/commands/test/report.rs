//! What a test tells: a line for each root and step that is done, what was found, and what goes on meanwhile.

use std::cell::RefCell;
use std::time::Instant;

use serde_json::{Value, json};

use super::events::{Event, Problem};
use crate::cli::Format;
use crate::output::{Output, StatusLine};

/// Tells how a test gets on.
pub(super) struct Report {
    output: Output,
    line: RefCell<StatusLine>,
    begun: Instant,
    found: RefCell<usize>,
    /// What goes on, root by root.
    doing: RefCell<Vec<(String, Doing)>>,
}

#[derive(Debug)]
struct Doing {
    step: &'static str,
    done: u64,
    of: Option<u64>,
}

impl Report {
    pub(super) fn new(output: Output) -> Self {
        Self {
            output,
            line: RefCell::new(output.status_line()),
            begun: Instant::now(),
            found: RefCell::new(0),
            doing: RefCell::new(Vec::new()),
        }
    }

    /// A line for people.
    pub(super) fn say(&self, text: &str) {
        self.line.borrow_mut().lasting(text);
    }

    /// `step` of `root` begins.
    pub(super) fn begin(&self, step: &'static str, root: &str) {
        let doing = Doing {
            step,
            done: 0,
            of: None,
        };
        self.doing.borrow_mut().push((root.to_owned(), doing));
        self.show();
    }

    /// Terraform said something while it works on `root`.
    pub(super) fn event(&self, root: &str, event: &Event) {
        if let Some((_, doing)) = self.doing.borrow_mut().iter_mut().find(|(name, _)| name == root) {
            match event {
                Event::Planned(counts) => doing.of = Some(counts.all()),
                Event::Done(_) => doing.done += 1,
                Event::Problem(_) | Event::Changed(_) => {}
            }
        }
        self.show();
    }

    /// The step of `root` is over; `text` says what it did, `value` is the same for programs.
    pub(super) fn end(&self, root: &str, text: &str, mut value: Value) {
        let step = self.over(root);
        let seconds = self.begun.elapsed().as_secs();
        self.say(&format!("{seconds:>4} s  {step:<10} {root:<24} {text}"));
        value["step"] = json!(step);
        value["root"] = json!(root);
        self.line_for_programs(&value);
        self.show();
    }

    /// What is wrong with `root`, in `lines` below it.
    pub(super) fn found(&self, root: &str, what: &str, lines: &[String]) {
        *self.found.borrow_mut() += 1;
        let mut line = self.line.borrow_mut();
        line.lasting(&format!("\u{1b}[1;31merror\u{1b}[0m: {root}: {what}"));
        for text in lines.iter().flat_map(|text| text.lines()) {
            line.lasting(&format!("         {text}"));
        }
        drop(line);
        self.line_for_programs(&json!({ "root": root, "error": what, "details": lines }));
    }

    /// Problems that Terraform had with `root` while `step`.
    pub(super) fn problems(&self, step: &str, root: &str, problems: &[Problem]) {
        self.over(root);
        for problem in problems {
            let place = problem
                .place
                .as_ref()
                .map(|place| format!(" ({place})"))
                .unwrap_or_default();
            let what = format!("{step}: {}{place}", problem.summary);
            let detail: Vec<String> = problem.detail.lines().map(str::to_owned).collect();
            self.found(root, &what, &detail);
        }
        self.show();
    }

    /// How many things were found.
    pub(super) fn count(&self) -> usize {
        *self.found.borrow()
    }

    /// How long the test has gone on.
    pub(super) fn seconds(&self) -> u64 {
        self.begun.elapsed().as_secs()
    }

    /// One value a line, where a program listens.
    pub(super) fn line_for_programs(&self, value: &Value) {
        if self.output.format == Format::Json {
            self.output.result("", value);
        }
    }

    /// Takes the passing line away.
    pub(super) fn finish(&self) {
        self.line.borrow_mut().clear();
    }

    /// The end, for people and programs.
    pub(super) fn result(&self, text: &str, value: &Value) {
        self.output.result(text, value);
    }

    /// Nothing goes on with `root` any more. Says which step it was in.
    pub(super) fn over(&self, root: &str) -> &'static str {
        let mut doing = self.doing.borrow_mut();
        let index = doing.iter().position(|(name, _)| name == root);
        index.map_or("", |index| doing.remove(index).1.step)
    }

    fn show(&self) {
        let doing = self.doing.borrow();
        let parts = doing.iter().map(|(root, doing)| {
            let progress = match doing.of {
                Some(of) if of > 0 => format!(" {}/{of}", doing.done),
                _ => String::new(),
            };
            format!("{} {root}{progress}", doing.step)
        });
        let parts: Vec<_> = parts.collect();
        if !parts.is_empty() {
            let text = format!("{:>4} s  {}", self.seconds(), parts.join(", "));
            self.line.borrow_mut().passing(&text);
        }
    }
}
