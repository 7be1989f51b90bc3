//! The tree of an HCL file: blocks, attributes and expressions, each with its place.

use becket_source::Span;
use serde_json::Number;

/// What stands between two braces, or in a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Body {
    /// Attributes and blocks in the order of the text.
    pub items: Vec<Item>,
    /// Where it stands, without the braces.
    pub span: Span,
}

/// A part of a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `name = value`.
    Attribute(Attribute),
    /// `resource "aws_vpc" "this" { … }`.
    Block(Block),
}

/// `name = value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: Name,
    /// The value.
    pub value: Expression,
}

/// A block: its type, its labels, and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its type: `resource`, `variable`, `backend`.
    pub kind: Name,
    /// Its labels, whose places include the quotes.
    pub labels: Vec<Name>,
    /// What is in it.
    pub body: Body,
    /// From its type to its closing brace.
    pub span: Span,
}

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name, without quotes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub term: Term,
    /// From its first character to after its last.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text without interpolations, unescaped.
    String(String),
    /// Text with interpolations or directives, or a heredoc: the expressions in it, in order.
    Template(Vec<Expression>),
    /// `[a, b]`.
    List(Vec<Expression>),
    /// `{ a = b }`.
    Object(Object),
    /// `var`: a name that something else defines.
    Variable(Name),
    /// `var.subnets["a"].id`: a value, and what is taken out of it.
    Traversal(Box<Expression>, Vec<Step>),
    /// `merge(a, b)`; a name with a namespace is whole: `provider::aws::arn_parse`.
    Call(Name, Vec<Expression>),
    /// `[for k, v in c : v if d]` or `{ for k, v in c : a => b }`, or a `for` in a template.
    For(Box<For>),
    /// An operation or a condition: its operands in order. Nothing here evaluates it.
    Operation(Vec<Expression>),
    /// `(a)`.
    Parenthesis(Box<Expression>),
}

/// `{ a = b }`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object {
    /// Keys with values, in order.
    pub items: Vec<ObjectItem>,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectItem {
    /// The key: a bare word is a [`Term::String`]; `(var.x)` is evaluated.
    pub key: Expression,
    /// The value.
    pub value: Expression,
}

/// The parts of a `for` expression.
#[derive(Debug, Clone, PartialEq)]
pub struct For {
    /// The names that it gives to each key and value: one or two.
    pub names: Vec<Name>,
    /// What it goes over; its names are not known there.
    pub collection: Expression,
    /// What it makes of each item: key, value and condition, as far as there are any.
    pub body: Vec<Expression>,
}

/// One step of a traversal.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name`.
    Attribute(Name),
    /// `[expression]` or `.0`.
    Index(Expression),
    /// `.*` or `[*]`.
    Splat(Span),
}

impl Body {
    /// The attributes, in order.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.items.iter().filter_map(|item| match item {
            Item::Attribute(attribute) => Some(attribute),
            Item::Block(_) => None,
        })
    }

    /// The blocks, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.items.iter().filter_map(|item| match item {
            Item::Block(block) => Some(block),
            Item::Attribute(_) => None,
        })
    }

    /// The attribute `name`.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes().find(|attribute| attribute.name.text == name)
    }

    /// The blocks of the type `kind`, in order.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks().filter(move |block| block.kind.text == kind)
    }
}

impl Block {
    /// The label at `index`.
    pub fn label(&self, index: usize) -> Option<&str> {
        self.labels.get(index).map(|label| label.text.as_str())
    }

    /// Its type and labels.
    pub fn head_span(&self) -> Span {
        let end = self
            .labels
            .last()
            .map_or(self.kind.span.end, |label| label.span.end);
        Span::new(self.kind.span.start, end)
    }
}

impl Expression {
    /// The text of a constant string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.term {
            Term::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Expression] {
        match &self.term {
            Term::List(items) => items,
            _ => &[],
        }
    }

    /// The value of `key` in an object whose key is a constant.
    pub fn get(&self, key: &str) -> Option<&Expression> {
        self.entries()
            .iter()
            .find(|item| item.key.as_str() == Some(key))
            .map(|item| &item.value)
    }

    /// The keys with values of an object; none of anything else.
    pub fn entries(&self) -> &[ObjectItem] {
        match &self.term {
            Term::Object(object) => &object.items,
            _ => &[],
        }
    }
}
