//! Carries a template out. Bounded: how deep it calls, how many steps it takes, how much it writes.

#![expect(
    clippy::unnecessary_box_returns,
    reason = "what recurses hands on a pointer, to use little stack"
)]

use std::collections::BTreeMap;
use std::rc::Rc;

use becket_source::Span;

use crate::ast::{Branch, Command, Node, NodeKind, Operand, OperandKind, Pipe, Tree};
use crate::cost::cost;
use crate::error::{Error, Fail};
use crate::functions::{Function, Library};
use crate::print;
use crate::scope::{Scope, assign, lookup};
use crate::value::{IntType, Value};
use crate::{MissingKey, parse};

/// How deep blocks, parentheses and calls of templates may nest, together.
const DEPTH: usize = 200;
/// How many commands and loop rounds one rendering may take.
const STEPS: u64 = 5_000_000;

/// The templates that know each other.
pub(crate) type Set = BTreeMap<String, Rc<Tree>>;

/// Adds templates to those of `set`; an empty one takes nobody's place.
pub(crate) fn define(set: &mut Set, added: Set) {
    for (name, tree) in added {
        if !parse::is_empty(&tree) || !set.contains_key(&name) {
            set.insert(name, tree);
        }
    }
}

pub(crate) struct Machine {
    pub(crate) set: Rc<Set>,
    pub(crate) library: Library,
    pub(crate) missing_key: MissingKey,
    out: String,
    depth: usize,
    steps: u64,
}

enum Flow {
    On,
    Break,
    Continue,
}

type Outcome<T> = Result<T, Box<Error>>;

impl Machine {
    pub(crate) fn new(set: Rc<Set>, library: Library, missing_key: MissingKey) -> Self {
        Self {
            set,
            library,
            missing_key,
            out: String::new(),
            depth: 0,
            steps: 0,
        }
    }

    /// What the template `name` writes, given `dot`; none where there is no such template.
    pub(crate) fn execute(&mut self, name: &str, dot: &Value) -> Option<Outcome<String>> {
        let tree = self.set.get(name)?.clone();
        let before = std::mem::take(&mut self.out);
        let done = self.tree(&tree, dot);
        let written = std::mem::replace(&mut self.out, before);
        Some(done.map(|()| written))
    }

    /// What `text` writes as a template that sees all templates of this set.
    pub(crate) fn execute_text(&mut self, text: &str, dot: &Value) -> Outcome<String> {
        let name = "tpl";
        let added = parse::parse(name, text, self.library)?;
        let mut set = (*self.set).clone();
        set.remove(name);
        define(&mut set, added);
        let before = std::mem::replace(&mut self.set, Rc::new(set));
        let written = self.execute(name, dot);
        self.set = before;
        written.unwrap_or_else(|| Ok(String::new()))
    }

    fn tree(&mut self, tree: &Tree, dot: &Value) -> Outcome<()> {
        let mut scope = Scope {
            source: tree.source.clone(),
            variables: Vec::new(),
        };
        // A nil as data is no data.
        let dot = if dot.is_nil() { &Value::Missing } else { dot };
        scope.variables.push(("$".into(), dot.clone()));
        self.list(&mut scope, dot, &tree.nodes).map(|_| ())
    }

    fn deeper(&mut self, scope: &Scope, span: Span) -> Outcome<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            self.depth = 0;
            let mut error = Error::new(
                &scope.source,
                span,
                format!("calls nest deeper than {DEPTH} levels"),
            );
            error.help = Some("a template that calls itself needs a condition that ends it".to_owned());
            return Err(error);
        }
        Ok(())
    }

    fn step(&mut self, scope: &Scope, span: Span) -> Outcome<()> {
        self.steps(1, scope, span)
    }

    /// Counts steps; what takes long counts for many.
    fn steps(&mut self, count: u64, scope: &Scope, span: Span) -> Outcome<()> {
        self.steps = self.steps.saturating_add(count);
        if self.steps > STEPS {
            return Err(Error::new(
                &scope.source,
                span,
                format!("the template takes more than {STEPS} steps"),
            ));
        }
        Ok(())
    }

    fn write(&mut self, scope: &Scope, span: Span, text: &str) -> Outcome<()> {
        if self.out.len() + text.len() > print::TEXT {
            let message = format!("the template writes more than {} MiB", print::TEXT >> 20);
            return Err(Error::new(&scope.source, span, message));
        }
        self.out.push_str(text);
        Ok(())
    }

    fn list(&mut self, scope: &mut Scope, dot: &Value, nodes: &[Node]) -> Outcome<Flow> {
        for node in nodes {
            match self.node(scope, dot, node)? {
                Flow::On => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::On)
    }

    fn node(&mut self, scope: &mut Scope, dot: &Value, node: &Node) -> Outcome<Flow> {
        self.step(scope, node.span)?;
        match &node.kind {
            NodeKind::Text(text) => self.write(scope, node.span, text)?,
            NodeKind::Action(pipe) => self.action(scope, dot, pipe, node.span)?,
            NodeKind::If(branch) | NodeKind::With(branch) => {
                let with = matches!(node.kind, NodeKind::With(_));
                return self.branch(scope, dot, branch, with, node.span);
            }
            NodeKind::Range(branch) => return self.range(scope, dot, branch, node.span),
            NodeKind::Template(name, pipe) => {
                let dot = match pipe {
                    Some(pipe) => self.pipe(scope, dot, pipe)?,
                    None => Value::Missing,
                };
                self.call(scope, name, &dot, node.span)?;
            }
            NodeKind::Break => return Ok(Flow::Break),
            NodeKind::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    #[inline(never)]
    fn action(&mut self, scope: &mut Scope, dot: &Value, pipe: &Pipe, span: Span) -> Outcome<()> {
        let value = self.pipe(scope, dot, pipe)?;
        if !pipe.variables.is_empty() {
            return Ok(());
        }
        match &value {
            Value::Missing | Value::Nil => self.write(scope, span, "<no value>"),
            Value::Str(text) => self.write(scope, span, text),
            value => self.write(scope, span, &print::plain(value)),
        }
    }

    #[inline(never)]
    fn call(&mut self, scope: &Scope, name: &str, dot: &Value, span: Span) -> Outcome<()> {
        let Some(tree) = self.set.get(name).cloned() else {
            return Err(self.no_template(scope, span, name));
        };
        self.deeper(scope, span)?;
        self.tree(&tree, dot).map_err(|mut error| {
            error.via.push((scope.source.to_string(), span));
            error
        })?;
        self.depth -= 1;
        Ok(())
    }

    fn no_template(&self, scope: &Scope, span: Span, name: &str) -> Box<Error> {
        let mut error = Error::new(&scope.source, span, format!("there is no template {name:?}"));
        error.help = becket_source::did_you_mean(name, self.set.keys().map(String::as_str))
            .map(|near| format!("did you mean {near:?}?"));
        error
    }

    fn branch(
        &mut self,
        scope: &mut Scope,
        dot: &Value,
        branch: &Branch,
        with: bool,
        span: Span,
    ) -> Outcome<Flow> {
        self.deeper(scope, span)?;
        let known = scope.variables.len();
        let value = self.pipe(scope, dot, &branch.pipe)?;
        let flow = match (value.truth(), with) {
            (true, true) => self.list(scope, &value, &branch.then),
            (true, false) => self.list(scope, dot, &branch.then),
            (false, _) => self.list(scope, dot, &branch.otherwise),
        }?;
        scope.variables.truncate(known);
        self.depth -= 1;
        Ok(flow)
    }

    fn range(&mut self, scope: &mut Scope, dot: &Value, branch: &Branch, span: Span) -> Outcome<Flow> {
        self.deeper(scope, span)?;
        let known = scope.variables.len();
        let value = self.pipe(scope, dot, &branch.pipe)?;
        let rounds: Box<dyn Iterator<Item = (Value, Value)>> = match &value {
            Value::List(list) => {
                let list = list.clone();
                Box::new((0..list.items.len()).map(move |at| {
                    let index = Value::int(i64::try_from(at).unwrap_or(i64::MAX));
                    (index, list.items[at].clone())
                }))
            }
            Value::Map(map) => {
                let entries: Vec<_> = map
                    .entries
                    .borrow()
                    .iter()
                    .map(|(key, value)| (Value::str(key), value.clone()))
                    .collect();
                Box::new(entries.into_iter())
            }
            Value::Int(count, kind) => {
                let kind = *kind;
                if branch.pipe.variables.len() > 1 {
                    return Err(Error::new(
                        &scope.source,
                        branch.pipe.span,
                        "a range over a number takes one variable",
                    ));
                }
                Box::new((0..*count).map(move |number| {
                    let number = Value::Int(number, kind);
                    (number.clone(), number)
                }))
            }
            Value::Missing | Value::Nil => Box::new(std::iter::empty()),
            other => {
                let message = format!(
                    "cannot range over {}, a {}",
                    print::plain(other),
                    other.type_name()
                );
                return Err(Error::new(&scope.source, branch.pipe.span, message));
            }
        };
        let mut empty = true;
        let mut last = Flow::On;
        for (key, item) in rounds {
            empty = false;
            self.step(scope, span)?;
            scope.variables.truncate(known);
            match (branch.pipe.variables.as_slice(), branch.pipe.assign) {
                ([], _) => {}
                ([one], false) => scope.variables.push((one.clone(), item.clone())),
                ([one], true) => assign(scope, one, &item),
                ([first, second, ..], false) => {
                    scope.variables.push((first.clone(), key));
                    scope.variables.push((second.clone(), item.clone()));
                }
                ([first, second, ..], true) => {
                    assign(scope, first, &key);
                    assign(scope, second, &item);
                }
            }
            if let Flow::Break = self.list(scope, &item, &branch.then)? {
                break;
            }
        }
        scope.variables.truncate(known);
        if empty {
            last = self.list(scope, dot, &branch.otherwise)?;
            scope.variables.truncate(known);
        }
        self.depth -= 1;
        Ok(last)
    }

    fn pipe(&mut self, scope: &mut Scope, dot: &Value, pipe: &Pipe) -> Outcome<Value> {
        let mut value = None;
        for command in &pipe.commands {
            self.step(scope, command.span)?;
            let result = self.command(scope, dot, command, value.take())?;
            // What came out of an interface is the value inside it; of a nil one that is nothing.
            value = Some(match result {
                Value::Nil => Value::Missing,
                result => result,
            });
        }
        let value = value.unwrap_or_default();
        for variable in &pipe.variables {
            if pipe.assign {
                assign(scope, variable, &value);
            } else {
                scope.variables.push((variable.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    fn command(
        &mut self,
        scope: &mut Scope,
        dot: &Value,
        command: &Command,
        last: Option<Value>,
    ) -> Outcome<Value> {
        let Some((first, arguments)) = command.operands.split_first() else {
            return Ok(Value::Missing);
        };
        let has_arguments = !arguments.is_empty() || last.is_some();
        match &first.kind {
            OperandKind::Function(function) => {
                return self.function(scope, dot, function, command, arguments, last);
            }
            OperandKind::Field(path) => {
                let arguments = self.arguments(scope, dot, arguments, last)?;
                return self.fields(scope, dot.clone(), path, arguments, first.span);
            }
            OperandKind::Variable(name, path) => {
                let value = lookup(scope, name);
                if path.is_empty() {
                    return if has_arguments {
                        Err(not_callable(scope, first))
                    } else {
                        Ok(value)
                    };
                }
                let arguments = self.arguments(scope, dot, arguments, last)?;
                return self.fields(scope, value, path, arguments, first.span);
            }
            OperandKind::Chain(base, path) => {
                let value = self.operand(scope, dot, base)?;
                let arguments = self.arguments(scope, dot, arguments, last)?;
                return self.fields(scope, value, path, arguments, first.span);
            }
            OperandKind::Nil => return Err(Error::new(&scope.source, first.span, "nil is no command")),
            OperandKind::Dot | OperandKind::Constant(_) | OperandKind::Pipe(_) => {}
        }
        if has_arguments {
            return Err(not_callable(scope, first));
        }
        self.operand(scope, dot, first)
    }

    fn arguments(
        &mut self,
        scope: &mut Scope,
        dot: &Value,
        operands: &[Operand],
        last: Option<Value>,
    ) -> Outcome<Vec<Value>> {
        let mut arguments = Vec::with_capacity(operands.len() + 1);
        for operand in operands {
            arguments.push(self.operand(scope, dot, operand)?);
        }
        arguments.extend(last);
        Ok(arguments)
    }

    fn operand(&mut self, scope: &mut Scope, dot: &Value, operand: &Operand) -> Outcome<Value> {
        match &operand.kind {
            OperandKind::Dot => Ok(dot.clone()),
            OperandKind::Nil => Ok(Value::Nil),
            OperandKind::Constant(value) => Ok(value.clone()),
            OperandKind::Field(path) => self.fields(scope, dot.clone(), path, Vec::new(), operand.span),
            OperandKind::Variable(name, path) => {
                let value = lookup(scope, name);
                self.fields(scope, value, path, Vec::new(), operand.span)
            }
            OperandKind::Chain(base, path) => {
                let value = self.operand(scope, dot, base)?;
                self.fields(scope, value, path, Vec::new(), operand.span)
            }
            OperandKind::Function(function) => {
                let command = Command {
                    operands: Vec::new(),
                    span: operand.span,
                };
                self.function(scope, dot, function, &command, &[], None)
            }
            OperandKind::Pipe(pipe) => {
                self.deeper(scope, operand.span)?;
                let value = self.pipe(scope, dot, pipe)?;
                self.depth -= 1;
                Ok(value)
            }
        }
    }

    fn function(
        &mut self,
        scope: &mut Scope,
        dot: &Value,
        function: &'static Function,
        command: &Command,
        operands: &[Operand],
        last: Option<Value>,
    ) -> Outcome<Value> {
        let count = operands.len() + usize::from(last.is_some());
        if count < function.least || function.most.is_some_and(|most| count > most) {
            return Err(wrong_count(scope, command.span, function, count));
        }
        if matches!(function.name, "and" | "or") {
            return self.and_or(scope, dot, function.name == "or", operands, last);
        }
        let arguments = self.arguments(scope, dot, operands, last)?;
        self.deeper(scope, command.span)?;
        self.steps(cost(function, &arguments), scope, command.span)?;
        let result = (function.call)(self, &arguments);
        self.depth = self.depth.saturating_sub(1);
        returned(scope, command.span, function.name, result)
    }

    /// Evaluates operands until one decides.
    #[inline(never)]
    fn and_or(
        &mut self,
        scope: &mut Scope,
        dot: &Value,
        stop_at: bool,
        operands: &[Operand],
        last: Option<Value>,
    ) -> Outcome<Value> {
        let mut value = Value::Missing;
        for operand in operands {
            value = self.operand(scope, dot, operand)?;
            if value.truth() == stop_at {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    /// The value at the end of a chain of fields; a method at its end takes the arguments.
    fn fields(
        &mut self,
        scope: &Scope,
        mut value: Value,
        path: &[String],
        mut arguments: Vec<Value>,
        span: Span,
    ) -> Outcome<Value> {
        for (position, name) in path.iter().enumerate() {
            let given = if position + 1 == path.len() {
                std::mem::take(&mut arguments)
            } else {
                Vec::new()
            };
            value = self.field(scope, &value, name, &given, span)?;
        }
        Ok(value)
    }

    fn field(
        &mut self,
        scope: &Scope,
        value: &Value,
        name: &str,
        arguments: &[Value],
        span: Span,
    ) -> Outcome<Value> {
        let fail = |message: String| Err(Error::new(&scope.source, span, message));
        match value {
            Value::Missing if self.missing_key == MissingKey::Error => {
                fail(format!("nil data; no entry for key {name:?}"))
            }
            Value::Missing => Ok(Value::Missing),
            Value::Nil => {
                let mut error = Error::new(
                    &scope.source,
                    span,
                    format!("nil pointer evaluating interface {{}}.{name}"),
                );
                error.help = Some(format!(
                    "what stands before `.{name}` has no value; define it, or ask for it first with `if` or `with`"
                ));
                Err(error)
            }
            Value::Map(map) => {
                let entries = map.entries.borrow();
                if let Some(found) = entries.get(name) {
                    if !arguments.is_empty() {
                        return fail(format!("{name} is not a method but has arguments"));
                    }
                    return Ok(found.clone());
                }
                match self.missing_key {
                    MissingKey::Default => Ok(Value::Missing),
                    MissingKey::Zero if map.element == crate::value::Element::Str => Ok(Value::str("")),
                    MissingKey::Zero => Ok(Value::Nil),
                    MissingKey::Error => {
                        let mut error =
                            Error::new(&scope.source, span, format!("map has no entry for key {name:?}"));
                        error.help = becket_source::did_you_mean(name, entries.keys().map(String::as_str))
                            .map(|near| format!("did you mean `{near}`?"));
                        Err(error)
                    }
                }
            }
            Value::Object(object) => match object.member(name, arguments) {
                Some(Ok(found)) => Ok(found),
                Some(Err(failed)) => Err(placed(scope, span, name, failed)),
                None => fail(format!(
                    "can't evaluate field {name} in type {}",
                    object.type_name()
                )),
            },
            other => fail(format!(
                "can't evaluate field {name} in type {}",
                interface_of(other)
            )),
        }
    }
}

#[inline(never)]
fn wrong_count(scope: &Scope, span: Span, function: &Function, count: usize) -> Box<Error> {
    Error::new(&scope.source, span, function.wrong_count(count))
}

/// What a function gave back, with the place where it failed.
#[inline(never)]
fn returned(scope: &Scope, span: Span, name: &str, result: Result<Value, Fail>) -> Outcome<Value> {
    match result {
        Ok(Value::Str(text)) if text.len() > print::TEXT => {
            let message = format!("a text grows past {} MiB", print::TEXT >> 20);
            Err(Error::new(&scope.source, span, message))
        }
        Ok(value) => Ok(value),
        Err(fail) => Err(placed(scope, span, name, fail)),
    }
}

fn interface_of(value: &Value) -> &'static str {
    match value {
        Value::Int(_, IntType::Int) => "int",
        other => other.type_name(),
    }
}

#[inline(never)]
fn placed(scope: &Scope, span: Span, name: &str, fail: Fail) -> Box<Error> {
    match fail {
        // These two exist to say what the author of the template wants to say.
        Fail::Message(message) if matches!(name, "fail" | "required") => {
            Error::new(&scope.source, span, message)
        }
        Fail::Message(message) => Error::new(&scope.source, span, format!("{name}: {message}")),
        Fail::Advice(message, help) => {
            let mut error = Error::new(&scope.source, span, format!("{name}: {message}"));
            error.help = Some(help);
            error
        }
        Fail::Inner(mut error) => {
            error.via.push((scope.source.to_string(), span));
            error
        }
    }
}

#[inline(never)]
fn not_callable(scope: &Scope, operand: &Operand) -> Box<Error> {
    Error::new(
        &scope.source,
        operand.span,
        "something that is no function is given arguments",
    )
}
