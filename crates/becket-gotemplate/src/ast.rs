//! The tree of a template.

use std::rc::Rc;

use becket_source::Span;

use crate::functions::Function;
use crate::value::Value;

/// A template that has a name: a file, or what stands between `define` and `end`.
pub(crate) struct Tree {
    /// The name of the text that it was read from.
    pub(crate) source: Rc<str>,
    pub(crate) nodes: Vec<Node>,
}

pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) span: Span,
}

pub(crate) enum NodeKind {
    Text(String),
    Action(Pipe),
    If(Branch),
    With(Branch),
    Range(Branch),
    Template(String, Option<Pipe>),
    Break,
    Continue,
}

pub(crate) struct Branch {
    pub(crate) pipe: Pipe,
    pub(crate) then: Vec<Node>,
    pub(crate) otherwise: Vec<Node>,
}

pub(crate) struct Pipe {
    /// The variables that take its value.
    pub(crate) variables: Vec<Rc<str>>,
    /// Whether they exist already: `=` instead of `:=`.
    pub(crate) assign: bool,
    pub(crate) commands: Vec<Command>,
    pub(crate) span: Span,
}

pub(crate) struct Command {
    pub(crate) operands: Vec<Operand>,
    pub(crate) span: Span,
}

pub(crate) struct Operand {
    pub(crate) kind: OperandKind,
    pub(crate) span: Span,
}

pub(crate) enum OperandKind {
    Dot,
    Nil,
    /// A bool, a number or a string.
    Constant(Value),
    Field(Vec<String>),
    Variable(Rc<str>, Vec<String>),
    Chain(Box<Operand>, Vec<String>),
    Function(&'static Function),
    Pipe(Box<Pipe>),
}
