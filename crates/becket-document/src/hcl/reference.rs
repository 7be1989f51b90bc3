//! What expressions refer to: `var.region`, `module.network.vpc_id`, `aws_subnet.public["a"].id`.
//!
//! Names that the expression itself gives (those of a `for`, the iterator of a `dynamic` block) are none of them.

use becket_source::Span;

use super::tree::{Block, Body, Expression, Item, Name, Step, Term};

/// A name and the steps behind it, as far as they are constants.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The first name.
    pub root: Name,
    /// What is taken out of it, in order.
    pub parts: Vec<Part>,
    /// Where it stands, all of its steps included.
    pub span: Span,
}

/// One step of a reference.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// `.name` or `["name"]`, the quotes in the place.
    Name(Name),
    /// `[0]`, `[each.key]`: which one is not looked at here.
    Index(Span),
    /// `.*` or `[*]`.
    Splat(Span),
}

impl Reference {
    /// The name at `index` of the steps, counted from zero, where a name stands there.
    pub fn name(&self, index: usize) -> Option<&Name> {
        match self.parts.get(index)? {
            Part::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The reference as it is written with dots, up to the first step that is no name: `module.network.vpc_id`.
    pub fn dotted(&self) -> String {
        let mut text = self.root.text.clone();
        for part in &self.parts {
            let Part::Name(name) = part else { break };
            text.push('.');
            text.push_str(&name.text);
        }
        text
    }
}

impl Expression {
    /// All that it refers to, in the order of the text.
    pub fn references(&self) -> Vec<Reference> {
        let mut finder = Finder::default();
        finder.expression(self);
        finder.found
    }

    /// The reference that it is, if it is nothing but one; also one in parentheses.
    pub fn as_reference(&self) -> Option<Reference> {
        match &self.term {
            Term::Variable(name) => Some(Reference {
                root: name.clone(),
                parts: Vec::new(),
                span: self.span,
            }),
            Term::Parenthesis(inside) => inside.as_reference(),
            Term::Traversal(of, steps) => {
                let mut reference = of.as_reference()?;
                reference.parts.extend(steps.iter().map(part));
                reference.span = self.span;
                Some(reference)
            }
            _ => None,
        }
    }
}

impl Body {
    /// All that its attributes and blocks refer to, in the order of the text.
    pub fn references(&self) -> Vec<Reference> {
        let mut finder = Finder::default();
        finder.body(self);
        finder.found
    }
}

#[derive(Default)]
struct Finder {
    found: Vec<Reference>,
    /// Names that are given around the current place.
    given: Vec<String>,
}

impl Finder {
    fn body(&mut self, body: &Body) {
        for item in &body.items {
            match item {
                Item::Attribute(attribute) => self.expression(&attribute.value),
                Item::Block(block) if block.kind.text == "dynamic" => self.dynamic(block),
                Item::Block(block) => self.body(&block.body),
            }
        }
    }

    /// `dynamic "route" { for_each = …, iterator = r, content { … } }`: the iterator is known in `content` and `labels`.
    fn dynamic(&mut self, block: &Block) {
        let iterator = block.body.attribute("iterator").and_then(|iterator| {
            let reference = iterator.value.as_reference()?;
            Some(reference.root.text)
        });
        let iterator = iterator.or_else(|| block.label(0).map(str::to_owned));
        for item in &block.body.items {
            match item {
                Item::Attribute(attribute) if attribute.name.text == "iterator" => {}
                Item::Attribute(attribute) if attribute.name.text == "for_each" => {
                    self.expression(&attribute.value);
                }
                item => {
                    let known = self.given.len();
                    self.given.extend(iterator.clone());
                    match item {
                        Item::Attribute(attribute) => self.expression(&attribute.value),
                        Item::Block(block) => self.body(&block.body),
                    }
                    self.given.truncate(known);
                }
            }
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.term {
            Term::Null | Term::Bool(_) | Term::Number(_) | Term::String(_) => {}
            Term::Template(all) | Term::List(all) | Term::Operation(all) | Term::Call(_, all) => {
                for one in all {
                    self.expression(one);
                }
            }
            Term::Object(object) => {
                for item in &object.items {
                    self.expression(&item.key);
                    self.expression(&item.value);
                }
            }
            Term::Parenthesis(inside) => self.expression(inside),
            Term::Variable(_) => self.reference(expression),
            Term::Traversal(of, steps) => {
                if expression.as_reference().is_some() {
                    self.reference(expression);
                } else {
                    self.expression(of);
                }
                for step in steps {
                    if let Step::Index(index) = step {
                        self.expression(index);
                    }
                }
            }
            Term::For(each) => {
                self.expression(&each.collection);
                let known = self.given.len();
                self.given.extend(each.names.iter().map(|name| name.text.clone()));
                for one in &each.body {
                    self.expression(one);
                }
                self.given.truncate(known);
            }
        }
    }

    fn reference(&mut self, expression: &Expression) {
        let reference = expression.as_reference();
        self.found
            .extend(reference.filter(|reference| !self.given.contains(&reference.root.text)));
    }
}

fn part(step: &Step) -> Part {
    match step {
        Step::Attribute(name) => Part::Name(name.clone()),
        Step::Index(index) => match index.as_str() {
            Some(text) => Part::Name(Name {
                text: text.to_owned(),
                span: index.span,
            }),
            None => Part::Index(index.span),
        },
        Step::Splat(span) => Part::Splat(*span),
    }
}
