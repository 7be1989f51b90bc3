//! One test as it runs: every root applied, changed, destroyed, and AWS asked what is left.

use std::cell::RefCell;
use std::collections::BTreeMap;

use becket_source::FileSet;
use serde_json::{Map, Value, json};

use super::events::{Counts, Event};
use super::folder::Work;
use super::laid::{differs, is_applied_twice, laid};
use super::leftovers;
use super::order::{Order, in_order};
use super::plan::{Expected, unexpected};
use super::report::Report;
use super::roots::Root;
use super::subject::{Change, Kind, Subject};
use super::terraform::{Ran, Terraform};
use super::values;
use crate::error::CommandError;

const PLAN: &str = "change.tfplan";

/// A test that runs.
pub(super) struct Run<'a> {
    pub subject: &'a Subject,
    pub terraform: Terraform,
    pub report: &'a Report,
    pub work: Work,
    /// The outputs of the roots that are applied, by root.
    pub outputs: RefCell<BTreeMap<String, Map<String, Value>>>,
    /// How many roots are worked on at a time.
    pub jobs: usize,
}

impl Run<'_> {
    /// The whole test. What is found is told as it is found; an error is that a tool or the machine failed.
    pub(super) async fn all(&self) -> Result<(), CommandError> {
        let roots = &self.subject.roots;
        let first = laid(&self.subject.iac, roots, false);
        let mut now = laid(&self.subject.iac, roots, true);
        self.work.lay_out(first)?;
        let searches = leftovers::searches(&self.work, roots);
        let left = in_order(roots, Order::Forwards, self.jobs, async |root: &Root| {
            self.apply(root, &now).await
        })
        .await?;
        for root in &left {
            self.report
                .found(&root.path, "not applied, since a root that it needs was not", &[]);
        }
        // What is not there cannot be changed; it is only taken away again.
        if self.report.count() == 0 {
            self.work.lay_out(now.clone())?;
            for change in &self.subject.changes {
                let next = laid(&change.iac, roots, true);
                self.report.say(&format!("{}: {}", change.step, change.what));
                self.work.lay_out(next.clone())?;
                in_order(roots, Order::Forwards, self.jobs, async |root: &Root| {
                    let other = differs(&now, &next, root);
                    self.change(root, change, other).await
                })
                .await?;
                if change.kind == Kind::Grows {
                    now = next;
                } else {
                    self.work.lay_out(now.clone())?;
                }
            }
        }
        for (name, variables) in &searches {
            let found = leftovers::found(&self.terraform, &self.work, self.report, name, variables).await?;
            let Some(found) = found else { continue };
            self.report.end(
                name,
                &format!("{} are there", found.len()),
                json!({ "found": found.len() }),
            );
            if found.is_empty() && self.report.count() == 0 {
                self.report
                    .found(name, "nothing is found while all is there", &[]);
            }
        }
        in_order(roots, Order::Backwards, self.jobs, async |root: &Root| {
            self.destroy(root).await
        })
        .await?;
        for (name, variables) in &searches {
            let found = leftovers::found(&self.terraform, &self.work, self.report, name, variables).await?;
            let Some(found) = found else { continue };
            self.report.end(
                name,
                &format!("{} are left", found.len()),
                json!({ "left": found }),
            );
            if !found.is_empty() {
                self.report.found(name, "left behind", &found);
            }
        }
        Ok(())
    }

    /// Applies `root` for the first time, and plans again. `later` is what it is made of once it is applied.
    async fn apply(&self, root: &Root, later: &FileSet) -> Result<bool, CommandError> {
        if self.facts(root)?.is_none() {
            return Ok(false);
        }
        self.report.begin("apply", &root.path);
        let mut ran = self.terraform.init(&self.work.root(root)).await?;
        if ran.succeeded {
            let arguments = ["apply", "-auto-approve", "-input=false", "-json"];
            ran = self.run(root, &arguments).await?;
        }
        if !ran.succeeded {
            self.report.problems("apply", &root.path, &ran.problems);
            return Ok(false);
        }
        let mut made = ran.counts.made;
        if is_applied_twice(&self.subject.iac, root) {
            self.work.lay_out_root(later, root)?;
            match self
                .planned(root, Expected::Additions, "second apply", true)
                .await?
            {
                Some(counts) => made += counts.made,
                None => return Ok(false),
            }
        }
        let outputs = self.outputs_of(root).await?;
        let text = format!("{made} made, {} outputs", outputs.len());
        let value = json!({ "made": made, "outputs": outputs.len() });
        self.outputs.borrow_mut().insert(root.path.clone(), outputs);
        let variables = values::variables(&self.work.text(root, "terraform.tfvars"));
        let different = values::different(&variables, &self.work.state(root)?);
        if !different.is_empty() {
            self.report
                .found(&root.path, "AWS has other values than were asked for", &different);
        }
        if self
            .planned(root, Expected::Nothing, "plan again", false)
            .await?
            .is_some()
        {
            self.report.end(&root.path, &text, value);
        }
        Ok(true)
    }

    /// Plans a change to `root`, and applies it where that is to be. Nothing is done where nothing leads to the root.
    async fn change(&self, root: &Root, change: &Change, other: bool) -> Result<bool, CommandError> {
        let Some(facts) = self.facts(root)? else {
            return Ok(false);
        };
        if !other && !facts {
            return Ok(true);
        }
        self.report.begin(change.step, &root.path);
        let expected = match change.kind {
            Kind::Grows | Kind::WouldGrow => Expected::Additions,
            Kind::Stays => Expected::Nothing,
            Kind::Renamed => Expected::Only(&change.names),
        };
        let applied = change.kind == Kind::Grows;
        let Some(counts) = self.planned(root, expected, change.step, applied).await? else {
            return Ok(true);
        };
        if applied {
            let outputs = self.outputs_of(root).await?;
            self.outputs.borrow_mut().insert(root.path.clone(), outputs);
        }
        let only_planned = if applied || counts.all() == 0 {
            ""
        } else {
            ", planned only"
        };
        let value = json!({ "made": counts.made, "changed": counts.changed, "destroyed": counts.destroyed });
        self.report
            .end(&root.path, &format!("{counts}{only_planned}"), value);
        Ok(true)
    }

    /// Plans `root` against what is expected, and applies the plan where that is to be. How many resources it is about;
    /// none where something was wrong, which was told then.
    async fn planned(
        &self,
        root: &Root,
        expected: Expected<'_>,
        step: &str,
        applied: bool,
    ) -> Result<Option<Counts>, CommandError> {
        let folder = self.work.root(root);
        let out = format!("-out={PLAN}");
        let arguments = ["plan", "-input=false", "-json", "-detailed-exitcode", &out];
        let mut planned = Counts::default();
        let ran = self
            .terraform
            .run(&folder, &arguments, &mut |event| {
                if let Event::Planned(counts) = event {
                    planned = *counts;
                }
            })
            .await?;
        if !ran.succeeded {
            self.report.problems(step, &root.path, &ran.problems);
            return Ok(None);
        }
        let mut wrong = Vec::new();
        if ran.differs {
            let plan = self.terraform.json(&folder, &["show", "-json", PLAN]).await?;
            wrong = unexpected(&plan, expected);
        }
        if !wrong.is_empty() {
            let what = format!("{step}: {}", expected.missed());
            self.report.found(&root.path, &what, &wrong);
        }
        if applied && ran.differs {
            let arguments = ["apply", "-input=false", "-json", PLAN];
            let ran = self.run(root, &arguments).await?;
            if !ran.succeeded {
                self.report.problems(step, &root.path, &ran.problems);
                return Ok(None);
            }
        }
        if wrong.is_empty() {
            return Ok(Some(planned));
        }
        self.report.over(&root.path);
        Ok(None)
    }

    async fn destroy(&self, root: &Root) -> Result<bool, CommandError> {
        if self.work.state(root)?.is_null() {
            return Ok(true);
        }
        self.report.begin("destroy", &root.path);
        let arguments = ["destroy", "-auto-approve", "-input=false", "-json"];
        let ran = self.run(root, &arguments).await?;
        if !ran.succeeded {
            self.report.problems("destroy", &root.path, &ran.problems);
            return Ok(false);
        }
        let value = json!({ "destroyed": ran.counts.destroyed });
        self.report.end(&root.path, &ran.counts.to_string(), value);
        Ok(true)
    }

    /// Runs Terraform in `root`, and shows how far it is.
    async fn run(&self, root: &Root, arguments: &[&str]) -> Result<Ran, CommandError> {
        let seen = &mut |event: &Event| self.report.event(&root.path, event);
        self.terraform.run(&self.work.root(root), arguments, seen).await
    }

    /// The outputs of `root`; of those that it declares, Terraform leaves out the ones that are null.
    async fn outputs_of(&self, root: &Root) -> Result<Map<String, Value>, CommandError> {
        let mut outputs = self.terraform.outputs(&self.work.root(root)).await?;
        for name in values::outputs(&self.work.text(root, "outputs.tf")) {
            outputs.entry(name).or_insert(Value::Null);
        }
        Ok(outputs)
    }

    /// Writes the facts of `root` from the outputs of those it needs. Says whether they are others than before; none where
    /// one is missing, which was told then.
    fn facts(&self, root: &Root) -> Result<Option<bool>, CommandError> {
        if root.facts.is_empty() {
            return Ok(Some(false));
        }
        let outputs = self.outputs.borrow();
        let mut facts = Map::new();
        for fact in &root.facts {
            let value = outputs
                .get(&fact.root)
                .and_then(|outputs| outputs.get(&fact.output));
            let Some(value) = value else {
                let what = format!(
                    "{} has no value: {} has no output {}",
                    fact.path.join("."),
                    fact.root,
                    fact.output
                );
                self.report.found(&root.path, &what, &[]);
                return Ok(None);
            };
            put(&mut facts, &fact.path, value.clone());
        }
        self.work.write_facts(root, facts).map(Some)
    }
}

/// Puts `value` into `facts` at `path`.
fn put(facts: &mut Map<String, Value>, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        facts.insert(first.clone(), value);
    } else if let Value::Object(below) = facts.entry(first.clone()).or_insert_with(|| json!({})) {
        put(below, rest, value);
    }
}
