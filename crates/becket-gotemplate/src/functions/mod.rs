//! The functions that templates call, by library: Go's own, Sprig's, and what Helm and Argo CD add.
//!
//! What would need a clock, chance, the environment or a network is known by name and refused, with the reason.

mod casing;
mod checks;
mod data;
mod dicts;
mod go;
mod lists;
mod numbers;
mod patterns;
mod semver;
mod strings;
mod templates;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::error::Fail;
use crate::eval::Machine;
use crate::value::{Element, IntType, List, Map, Value};

pub(crate) use strings::sanitize_name;

/// What a function gives back.
pub(crate) type Answer = Result<Value, Fail>;

/// A function of a library.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// How many arguments it takes at least.
    pub(crate) least: usize,
    /// How many arguments it takes at most.
    pub(crate) most: Option<usize>,
    pub(crate) call: fn(&mut Machine, &[Value]) -> Answer,
}

impl Function {
    pub(crate) fn wrong_count(&self, count: usize) -> String {
        let wanted = match self.most {
            Some(most) if most == self.least => most.to_string(),
            Some(most) => format!("{} to {most}", self.least),
            None => format!("at least {}", self.least),
        };
        format!("`{}` takes {wanted} arguments and is given {count}", self.name)
    }
}

/// A function with a fixed number of arguments.
const fn fixed(name: &'static str, count: usize, call: fn(&mut Machine, &[Value]) -> Answer) -> Function {
    Function {
        name,
        least: count,
        most: Some(count),
        call,
    }
}

/// A function with at least so many arguments.
const fn open(name: &'static str, least: usize, call: fn(&mut Machine, &[Value]) -> Answer) -> Function {
    Function {
        name,
        least,
        most: None,
        call,
    }
}

/// The functions a template may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Library {
    /// Go's own only.
    Go,
    /// Sprig's, as Helm's templates have them, and Helm's.
    #[default]
    Helm,
    /// Sprig's, as the templates of an ApplicationSet have them, and Argo CD's.
    ArgoCd,
}

/// What Helm and Argo CD both have.
const SPRIG: &[&[Function]] = &[
    strings::FUNCTIONS,
    casing::FUNCTIONS,
    lists::FUNCTIONS,
    dicts::FUNCTIONS,
    numbers::FUNCTIONS,
    checks::FUNCTIONS,
    data::SPRIG,
    patterns::FUNCTIONS,
    templates::REFUSED,
];

impl Library {
    /// Its functions. Of several with one name the first counts.
    fn functions(self) -> impl Iterator<Item = &'static Function> {
        let (own, sprig): (&[&[Function]], _) = match self {
            Self::Go => (&[], &[][..]),
            Self::Helm => (&[templates::HELM, data::HELM], SPRIG),
            Self::ArgoCd => (&[templates::ARGO_CD, data::ARGO_CD], SPRIG),
        };
        own.iter().chain(sprig).copied().chain([go::FUNCTIONS]).flatten()
    }

    pub(crate) fn find(self, name: &str) -> Option<&'static Function> {
        self.functions().find(|function| function.name == name)
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        self.functions().map(|function| function.name)
    }
}

/// Why the argument at `at` is not what the function takes.
fn wrong(arguments: &[Value], at: usize, wanted: &str) -> Fail {
    let given = arguments.get(at).map_or("missing", Value::type_name);
    format!("argument {} must be {wanted}, and is {given}", at + 1).into()
}

/// A string; Go converts nothing into one.
fn text(arguments: &[Value], at: usize) -> Result<&str, Fail> {
    match arguments.get(at) {
        Some(Value::Str(text)) => Ok(text),
        _ => Err(wrong(arguments, at, "a string")),
    }
}

/// An `int`; numbers of values files are float64 and must go through `int` first.
fn whole(arguments: &[Value], at: usize) -> Result<i64, Fail> {
    match arguments.get(at) {
        Some(Value::Int(number, IntType::Int)) => Ok(*number),
        Some(Value::Float(_) | Value::Int(..)) => Err(Fail::Advice(
            format!(
                "argument {} must be an int, and is {}",
                at + 1,
                arguments[at].type_name()
            ),
            "numbers of values are float64; convert it with `int`".to_owned(),
        )),
        _ => Err(wrong(arguments, at, "an int")),
    }
}

fn list(arguments: &[Value], at: usize) -> Result<&Rc<List>, Fail> {
    match arguments.get(at) {
        Some(Value::List(list)) => Ok(list),
        _ => Err(wrong(arguments, at, "a list")),
    }
}

fn map(arguments: &[Value], at: usize) -> Result<&Rc<Map>, Fail> {
    match arguments.get(at) {
        Some(Value::Map(map)) if map.element == Element::Any => Ok(map),
        _ => Err(wrong(arguments, at, "a dict")),
    }
}

/// A dict that is only read; nil is one without entries.
fn entries(arguments: &[Value], at: usize) -> Result<BTreeMap<String, Value>, Fail> {
    match arguments.get(at) {
        Some(Value::Nil | Value::Missing) => Ok(BTreeMap::new()),
        _ => Ok(map(arguments, at)?.entries.borrow().clone()),
    }
}
