//! Go templates with Sprig's and Helm's functions, and Helm charts rendered in process.
//!
//! [`Templates`] is a set of texts that know each other's `define`s; [`chart`] reads a chart and renders it as
//! `helm template` does. Data is [`serde_json::Value`]. The judge of every detail is Go itself.
//!
//! Nothing here depends on more than its arguments: functions that need a clock, chance or a network are refused by
//! name. Every rendering is bounded in depth, steps and size.

mod ast;
pub mod chart;
mod cost;
mod error;
mod eval;
mod functions;
mod lex;
mod parse;
mod print;
mod scope;
mod value;

use std::rc::Rc;

use serde_json::Value as Json;

pub use error::Error;
pub use functions::Library;

use eval::{Machine, Set};
use value::Value;

/// What a key that a dict does not have gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// Nothing, printed as `<no value>`.
    #[default]
    Default,
    /// The zero value of the dict's values, which for plain data is nil.
    Zero,
    /// An error.
    Error,
}

/// What the templates may call and how they are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The functions.
    pub library: Library,
    /// What missing keys give.
    pub missing_key: MissingKey,
}

/// Templates that know each other by name.
#[derive(Clone, Default)]
pub struct Templates {
    set: Rc<Set>,
    options: Options,
}

impl Templates {
    /// None yet.
    pub fn new(options: Options) -> Self {
        Self {
            set: Rc::default(),
            options,
        }
    }

    /// Reads `text` as the template `name`, and the templates that it defines. One that is not empty takes the place of
    /// an earlier one of its name.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let set = Rc::make_mut(&mut self.set);
        let trees = parse::parse(name, text, self.options.library).map_err(|error| *error)?;
        eval::define(set, trees);
        Ok(())
    }

    /// What the template `name` writes for `data`; none where there is no such template.
    pub fn render(&self, name: &str, data: &Json) -> Option<Result<String, Error>> {
        self.render_value(name, &Value::from_json(data))
    }

    /// What the template `name` writes for `data`; none where there is no such template.
    pub fn render_prepared(&self, name: &str, data: &Data) -> Option<Result<String, Error>> {
        self.render_value(name, &data.0)
    }

    pub(crate) fn render_value(&self, name: &str, data: &Value) -> Option<Result<String, Error>> {
        let options = self.options;
        let mut machine = Machine::new(self.set.clone(), options.library, options.missing_key);
        Some(machine.execute(name, data)?.map_err(|error| *error))
    }
}

/// Data made ready for several renderings. A template that changes it (`set`) changes it for the next one.
pub struct Data(Value);

impl Data {
    /// Makes `data` ready.
    pub fn new(data: &Json) -> Self {
        Self(Value::from_json(data))
    }
}

/// What `text` writes for `data`.
pub fn render(text: &str, data: &Json, options: Options) -> Result<String, Error> {
    let mut templates = Templates::new(options);
    templates.add("", text)?;
    templates.render("", data).unwrap_or_else(|| Ok(String::new()))
}

/// A name that DNS allows, as Argo CD's `normalize` makes it.
pub fn normalize(name: &str) -> String {
    functions::sanitize_name(name)
}
