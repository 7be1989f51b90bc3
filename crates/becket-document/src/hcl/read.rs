//! From `hcl-edit`'s tree to the one that is offered.

use becket_source::Span;
use hcl_edit::Ident;
use hcl_edit::expr::{self, ObjectKey, TraversalOperator};
use hcl_edit::structure;
use hcl_edit::template::{Directive, Element, Template};
use serde_json::Number;

use super::tree::{Attribute, Block, Body, Expression, For, Item, Name, Object, ObjectItem, Step, Term};

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    /// How far the text that was parsed begins into this one.
    pub(super) shift: usize,
}

impl Reader<'_> {
    pub(super) fn file(&self, body: &structure::Body) -> Body {
        Body {
            items: self.items(body),
            span: Span::new(0, self.text.len()),
        }
    }

    fn span(&self, part: &impl hcl_edit::Span) -> Span {
        part.span().map_or(Span::default(), |span| {
            Span::new(span.start + self.shift, span.end + self.shift)
        })
    }

    fn items(&self, body: &structure::Body) -> Vec<Item> {
        body.iter()
            .map(|structure| match structure {
                structure::Structure::Attribute(attribute) => Item::Attribute(Attribute {
                    name: self.name(&attribute.key),
                    value: self.expression(&attribute.value),
                }),
                structure::Structure::Block(block) => Item::Block(self.block(block)),
            })
            .collect()
    }

    fn block(&self, block: &structure::Block) -> Block {
        let labels: Vec<Name> = block
            .labels
            .iter()
            .map(|label| Name {
                text: label.as_str().to_owned(),
                span: self.span(label),
            })
            .collect();
        let kind = self.name(&block.ident);
        let whole = self.span(block);
        let head = labels.last().map_or(kind.span.end, |label| label.span.end);
        let open = self.text[head..].find('{').map_or(head, |at| head + at + 1);
        Block {
            kind,
            labels,
            body: Body {
                items: self.items(&block.body),
                span: Span::new(open, whole.end.saturating_sub(1).max(open)),
            },
            span: whole,
        }
    }

    fn name(&self, ident: &hcl_edit::Decorated<Ident>) -> Name {
        Name {
            text: ident.as_str().to_owned(),
            span: self.span(ident),
        }
    }

    fn expressions<'e>(&self, all: impl IntoIterator<Item = &'e expr::Expression>) -> Vec<Expression> {
        all.into_iter().map(|one| self.expression(one)).collect()
    }

    fn expression(&self, expression: &expr::Expression) -> Expression {
        use expr::Expression as E;
        let term = match expression {
            E::Null(_) => Term::Null,
            E::Bool(value) => Term::Bool(**value),
            E::Number(value) => Term::Number(number(value.value())),
            E::String(text) => Term::String(text.value().clone()),
            E::Array(array) => Term::List(self.expressions(array.iter())),
            E::Object(object) => Term::Object(self.object(object)),
            E::StringTemplate(template) => self.template(template),
            E::HeredocTemplate(heredoc) => self.template(&heredoc.template),
            E::Parenthesis(inside) => Term::Parenthesis(Box::new(self.expression(inside.inner()))),
            E::Variable(name) => Term::Variable(self.name(name)),
            E::Conditional(conditional) => Term::Operation(self.expressions([
                &conditional.cond_expr,
                &conditional.true_expr,
                &conditional.false_expr,
            ])),
            E::FuncCall(call) => {
                let mut text = String::new();
                for part in &call.name.namespace {
                    text.push_str(part.as_str());
                    text.push_str("::");
                }
                text.push_str(call.name.name.as_str());
                let end = self.span(&call.name.name);
                let start = call.name.namespace.first().map_or(end, |first| self.span(first));
                let name = Name {
                    text,
                    span: Span::new(start.start, end.end),
                };
                Term::Call(name, self.expressions(call.args.iter()))
            }
            E::Traversal(traversal) => Term::Traversal(
                Box::new(self.expression(&traversal.expr)),
                traversal
                    .operators
                    .iter()
                    .map(|operator| self.step(operator))
                    .collect(),
            ),
            E::UnaryOp(operation) => Term::Operation(self.expressions([&operation.expr])),
            E::BinaryOp(operation) => {
                Term::Operation(self.expressions([&operation.lhs_expr, &operation.rhs_expr]))
            }
            E::ForExpr(each) => {
                let intro = &each.intro;
                let names = intro.key_var.iter().chain([&intro.value_var]);
                let condition = each.cond.as_ref().map(|condition| &condition.expr);
                let body = each.key_expr.iter().chain([&each.value_expr]).chain(condition);
                Term::For(Box::new(For {
                    names: names.map(|name| self.name(name)).collect(),
                    collection: self.expression(&intro.collection_expr),
                    body: self.expressions(body),
                }))
            }
        };
        Expression {
            term,
            span: self.span(expression),
        }
    }

    fn object(&self, object: &expr::Object) -> Object {
        let items = object
            .iter()
            .map(|(key, value)| ObjectItem {
                key: match key {
                    ObjectKey::Ident(name) => Expression {
                        term: Term::String(name.as_str().to_owned()),
                        span: self.span(name),
                    },
                    ObjectKey::Expression(key) => self.expression(key),
                },
                value: self.expression(value.expr()),
            })
            .collect();
        Object { items }
    }

    fn step(&self, operator: &TraversalOperator) -> Step {
        match operator {
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                Step::Splat(self.span(operator))
            }
            TraversalOperator::GetAttr(name) => Step::Attribute(Name {
                text: name.as_str().to_owned(),
                span: self.after_dot(self.span(operator)),
            }),
            TraversalOperator::Index(index) => Step::Index(self.expression(index)),
            TraversalOperator::LegacyIndex(index) => Step::Index(Expression {
                term: Term::Number((**index).into()),
                span: self.after_dot(self.span(operator)),
            }),
        }
    }

    /// The place of what follows a dot.
    fn after_dot(&self, span: Span) -> Span {
        let text = self.text.get(span.start..span.end).unwrap_or_default();
        let rest = text.strip_prefix('.').map_or(text, str::trim_start);
        Span::new(span.end - rest.len(), span.end)
    }

    /// A text: a constant, or the expressions in it.
    fn template(&self, template: &Template) -> Term {
        let constant: Option<String> = template
            .iter()
            .map(|element| match element {
                Element::Literal(text) => Some(text.value().as_str()),
                _ => None,
            })
            .collect();
        match constant {
            Some(text) => Term::String(text),
            None => Term::Template(self.inside(template)),
        }
    }

    /// The expressions in a template.
    fn inside(&self, template: &Template) -> Vec<Expression> {
        let mut found = Vec::new();
        for element in template {
            match element {
                Element::Literal(_) => {}
                Element::Interpolation(interpolation) => found.push(self.expression(&interpolation.expr)),
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => {
                        found.push(self.expression(&directive.if_expr.cond_expr));
                        found.extend(self.inside(&directive.if_expr.template));
                        if let Some(other) = &directive.else_expr {
                            found.extend(self.inside(&other.template));
                        }
                    }
                    Directive::For(directive) => {
                        let each = &directive.for_expr;
                        let names = each.key_var.iter().chain([&each.value_var]);
                        let term = Term::For(Box::new(For {
                            names: names.map(|name| self.name(name)).collect(),
                            collection: self.expression(&each.collection_expr),
                            body: self.inside(&each.template),
                        }));
                        found.push(Expression {
                            term,
                            span: self.span(directive),
                        });
                    }
                },
            }
        }
        found
    }
}

fn number(number: &hcl_edit::Number) -> Number {
    number
        .as_i64()
        .map(Number::from)
        .or_else(|| number.as_u64().map(Number::from))
        .or_else(|| number.as_f64().and_then(Number::from_f64))
        .unwrap_or_else(|| Number::from(0))
}
