//! From tokens to trees, with the grammar of Go's `text/template/parse`.

use std::collections::BTreeMap;
use std::rc::Rc;

use becket_source::{Span, did_you_mean};

use crate::ast::{Branch, Command, Node, NodeKind, Operand, OperandKind, Pipe, Tree};
use crate::error::Error;
use crate::functions::Library;
use crate::lex::{Keyword, Token, tokens};
use crate::value::Value;

/// How deep control structures and parentheses may nest.
const DEPTH: usize = 100;

/// Reads `text`; the result holds the text's own tree under `name`, and one per `define` and `block`.
pub(crate) fn parse(
    name: &str,
    text: &str,
    library: Library,
) -> Result<BTreeMap<String, Rc<Tree>>, Box<Error>> {
    let mut parser = Parser {
        source: name.into(),
        tokens: tokens(name, text)?,
        at: 0,
        library,
        variables: vec!["$".into()],
        ranges: 0,
        depth: 0,
        trees: BTreeMap::new(),
    };
    let (nodes, end) = parser.list(true)?;
    if let Some((keyword, span)) = end {
        let word = if keyword == Keyword::End { "end" } else { "else" };
        return parser.fail(span, format!("`{{{{{word}}}}}` closes nothing"));
    }
    let source = parser.source.clone();
    parser.add(name.to_owned(), Tree { source, nodes }, Span::default())?;
    Ok(parser.trees)
}

/// Whether a tree prints nothing but space; such a tree replaces no other one of its name.
pub(crate) fn is_empty(tree: &Tree) -> bool {
    tree.nodes
        .iter()
        .all(|node| matches!(&node.kind, NodeKind::Text(text) if text.trim().is_empty()))
}

struct Parser {
    source: Rc<str>,
    tokens: Vec<(Token, Span)>,
    at: usize,
    library: Library,
    variables: Vec<Rc<str>>,
    ranges: usize,
    depth: usize,
    trees: BTreeMap<String, Rc<Tree>>,
}

/// What closed a list, and where.
type Closed = Option<(Keyword, Span)>;

impl Parser {
    fn fail<T>(&self, span: Span, message: impl Into<String>) -> Result<T, Box<Error>> {
        Err(Error::new(&self.source, span, message))
    }

    fn next(&mut self) -> (Token, Span) {
        let token = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn span(&self) -> Span {
        self.tokens[self.at].1
    }

    fn skip_space(&mut self) {
        while *self.peek() == Token::Space {
            self.at += 1;
        }
    }

    fn next_word(&mut self) -> (Token, Span) {
        self.skip_space();
        self.next()
    }

    fn unexpected<T>(&self, token: &Token, span: Span, place: &str) -> Result<T, Box<Error>> {
        if *token == Token::End {
            return self.fail(span, format!("the template ends inside {place}"));
        }
        self.fail(span, format!("unexpected {} in {place}", show(token)))
    }

    fn add(&mut self, name: String, tree: Tree, span: Span) -> Result<(), Box<Error>> {
        if let Some(old) = self.trees.get(&name) {
            if is_empty(&tree) {
                return Ok(());
            }
            if !is_empty(old) {
                return self.fail(
                    span,
                    format!("the template {name:?} is defined twice in one text"),
                );
            }
        }
        self.trees.insert(name, Rc::new(tree));
        Ok(())
    }

    fn deeper(&mut self, span: Span) -> Result<(), Box<Error>> {
        self.depth += 1;
        if self.depth > DEPTH {
            return self.fail(span, format!("nested deeper than {DEPTH} levels"));
        }
        Ok(())
    }

    /// Nodes up to `end` or `else`, or the end of the text.
    fn list(&mut self, top: bool) -> Result<(Vec<Node>, Closed), Box<Error>> {
        let mut nodes = Vec::new();
        loop {
            let (token, span) = self.next();
            match token {
                Token::End => return Ok((nodes, None)),
                Token::Text(text) => nodes.push(Node {
                    kind: NodeKind::Text(text),
                    span,
                }),
                Token::Open => {
                    self.skip_space();
                    match self.peek().clone() {
                        Token::Keyword(closing @ (Keyword::End | Keyword::Else)) => {
                            let (_, at) = self.next();
                            return Ok((nodes, Some((closing, at))));
                        }
                        Token::Keyword(Keyword::Define) if top => self.define()?,
                        _ => {
                            let node = self.action(span)?;
                            nodes.push(node);
                        }
                    }
                }
                other => return self.unexpected(&other, span, "the template"),
            }
        }
    }

    fn close(&mut self, place: &str) -> Result<Span, Box<Error>> {
        let (token, span) = self.next_word();
        match token {
            Token::Close => Ok(span),
            token => self.unexpected(&token, span, place),
        }
    }

    /// A string that must be written out, as a name.
    fn name(&mut self, place: &str) -> Result<(String, Span), Box<Error>> {
        match self.next_word() {
            (Token::Quoted(name), span) => Ok((name, span)),
            (token, span) => self.unexpected(&token, span, place),
        }
    }

    fn define(&mut self) -> Result<(), Box<Error>> {
        let (_, start) = self.next();
        let (name, span) = self.name("define")?;
        self.close("define")?;
        self.named(name, span, start)
    }

    /// The body of a template of its own, up to its `end`.
    fn named(&mut self, name: String, span: Span, start: Span) -> Result<(), Box<Error>> {
        self.deeper(start)?;
        let variables = std::mem::replace(&mut self.variables, vec!["$".into()]);
        let ranges = std::mem::take(&mut self.ranges);
        let (nodes, closed) = self.list(false)?;
        self.end_of(closed, start, "define")?;
        self.variables = variables;
        self.ranges = ranges;
        self.depth -= 1;
        let source = self.source.clone();
        self.add(name, Tree { source, nodes }, span)
    }

    fn end_of(&mut self, closed: Closed, start: Span, what: &str) -> Result<(), Box<Error>> {
        match closed {
            Some((Keyword::End, _)) => self.close("end").map(|_| ()),
            Some((_, span)) => self.fail(span, format!("unexpected {{{{else}}}} in {what}")),
            None => self.fail(start, format!("this `{what}` has no `{{{{end}}}}`")),
        }
    }

    fn action(&mut self, open: Span) -> Result<Node, Box<Error>> {
        let token = self.peek().clone();
        let start = self.span();
        let Token::Keyword(keyword) = token else {
            let known = self.variables.len();
            let pipe = self.pipeline("command", &Token::Close)?;
            debug_assert!(self.variables.len() >= known);
            let span = Span::new(open.start, self.previous_end());
            return Ok(Node {
                kind: NodeKind::Action(pipe),
                span,
            });
        };
        self.next();
        let kind = match keyword {
            Keyword::If => NodeKind::If(self.control("if", start)?),
            Keyword::With => NodeKind::With(self.control("with", start)?),
            Keyword::Range => NodeKind::Range(self.control("range", start)?),
            Keyword::Template => {
                let (name, _) = self.name("template clause")?;
                NodeKind::Template(name, self.optional_pipeline("template clause")?)
            }
            Keyword::Block => {
                let (name, span) = self.name("block clause")?;
                let pipe = self.pipeline("block clause", &Token::Close)?;
                self.named(name.clone(), span, start)?;
                NodeKind::Template(name, Some(pipe))
            }
            Keyword::Break | Keyword::Continue => {
                let word = if keyword == Keyword::Break {
                    "break"
                } else {
                    "continue"
                };
                self.close(word)?;
                if self.ranges == 0 {
                    return self.fail(start, format!("`{{{{{word}}}}}` stands outside a range"));
                }
                if keyword == Keyword::Break {
                    NodeKind::Break
                } else {
                    NodeKind::Continue
                }
            }
            Keyword::Define => {
                return self.fail(
                    start,
                    "a template can be defined at the top of a text only, not inside a block",
                );
            }
            Keyword::Else | Keyword::End => return self.fail(start, "it closes nothing"),
        };
        Ok(Node {
            kind,
            span: Span::new(open.start, self.previous_end()),
        })
    }

    fn previous_end(&self) -> usize {
        self.tokens[self.at.saturating_sub(1)].1.end
    }

    fn optional_pipeline(&mut self, place: &str) -> Result<Option<Pipe>, Box<Error>> {
        self.skip_space();
        if *self.peek() == Token::Close {
            self.next();
            return Ok(None);
        }
        self.pipeline(place, &Token::Close).map(Some)
    }

    fn control(&mut self, word: &'static str, start: Span) -> Result<Branch, Box<Error>> {
        self.deeper(start)?;
        let known = self.variables.len();
        let pipe = self.pipeline(word, &Token::Close)?;
        let in_range = usize::from(word == "range");
        self.ranges += in_range;
        let (then, closed) = self.list(false)?;
        self.ranges -= in_range;
        let mut otherwise = Vec::new();
        match closed {
            Some((Keyword::Else, span)) => {
                self.skip_space();
                let again = matches!(
                    (word, self.peek()),
                    ("if", Token::Keyword(Keyword::If)) | ("with", Token::Keyword(Keyword::With))
                );
                if again {
                    let (_, start) = self.next();
                    let branch = self.control(word, start)?;
                    let kind = if word == "if" {
                        NodeKind::If(branch)
                    } else {
                        NodeKind::With(branch)
                    };
                    let span = Span::new(span.start, self.previous_end());
                    otherwise.push(Node { kind, span });
                } else {
                    self.close("else")?;
                    let (nodes, closed) = self.list(false)?;
                    self.end_of(closed, start, word)?;
                    otherwise = nodes;
                }
            }
            closed => self.end_of(closed, start, word)?,
        }
        self.variables.truncate(known);
        self.depth -= 1;
        Ok(Branch {
            pipe,
            then,
            otherwise,
        })
    }

    fn pipeline(&mut self, place: &str, end: &Token) -> Result<Pipe, Box<Error>> {
        self.skip_space();
        let start = self.span();
        let mut pipe = Pipe {
            variables: Vec::new(),
            assign: false,
            commands: Vec::new(),
            span: start,
        };
        self.declarations(&mut pipe, place)?;
        loop {
            let (token, span) = self.next_word();
            match token {
                token if token == *end => {
                    self.check(&pipe, span, place)?;
                    pipe.span = Span::new(
                        start.start,
                        pipe.commands.last().map_or(span.start, |c| c.span.end),
                    );
                    return Ok(pipe);
                }
                Token::Bool(_)
                | Token::Number(_)
                | Token::Quoted(_)
                | Token::Dot
                | Token::Nil
                | Token::Field(_)
                | Token::Word(_)
                | Token::Variable(_)
                | Token::ParenOpen => {
                    self.at -= 1;
                    let command = self.command(place)?;
                    pipe.commands.push(command);
                }
                token => return self.unexpected(&token, span, place),
            }
        }
    }

    fn check(&self, pipe: &Pipe, span: Span, place: &str) -> Result<(), Box<Error>> {
        if pipe.commands.is_empty() {
            return self.fail(span, format!("a value is missing for {place}"));
        }
        for (stage, command) in pipe.commands.iter().enumerate().skip(1) {
            if let Some(Operand {
                kind: OperandKind::Constant(_) | OperandKind::Dot | OperandKind::Nil,
                span,
            }) = command.operands.first()
            {
                let stage = stage + 1;
                return self.fail(*span, format!("stage {stage} of the pipeline cannot be called"));
            }
        }
        Ok(())
    }

    /// The variables that a pipeline declares or assigns.
    fn declarations(&mut self, pipe: &mut Pipe, place: &str) -> Result<(), Box<Error>> {
        loop {
            let Token::Variable(name) = self.peek().clone() else {
                return Ok(());
            };
            let back = self.at;
            let (_, span) = self.next();
            let (next, next_span) = self.next_word();
            match next {
                Token::Declare | Token::Assign => {
                    pipe.assign = next == Token::Assign;
                    if pipe.assign && !self.variables.iter().any(|known| **known == *name) {
                        return self.undefined(&name, span);
                    }
                    pipe.variables.push(name.as_str().into());
                    self.variables.push(name.as_str().into());
                    self.skip_space();
                    return Ok(());
                }
                Token::Comma if place == "range" && pipe.variables.is_empty() => {
                    pipe.variables.push(name.as_str().into());
                    self.variables.push(name.as_str().into());
                    self.skip_space();
                    if !matches!(self.peek(), Token::Variable(_)) {
                        return self.fail(self.span(), "after the `,` of a range a variable must follow");
                    }
                }
                Token::Comma => return self.fail(next_span, format!("too many variables in {place}")),
                _ if pipe.variables.is_empty() => {
                    self.at = back;
                    return Ok(());
                }
                token => return self.unexpected(&token, next_span, place),
            }
        }
    }

    fn undefined<T>(&self, name: &str, span: Span) -> Result<T, Box<Error>> {
        let mut error = Error::new(
            &self.source,
            span,
            format!("the variable `{name}` is not defined here"),
        );
        error.help = did_you_mean(name, self.variables.iter().map(|known| &**known))
            .map(|near| format!("did you mean `{near}`?"));
        Err(error)
    }

    fn command(&mut self, place: &str) -> Result<Command, Box<Error>> {
        let start = self.span();
        let mut operands = Vec::new();
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                operands.push(operand);
            }
            let (token, span) = self.next();
            match token {
                Token::Space => continue,
                Token::Close | Token::ParenClose => self.at -= 1,
                Token::Pipe => {}
                token => return self.unexpected(&token, span, place),
            }
            break;
        }
        let Some(last) = operands.last() else {
            return self.fail(start, "a command is empty");
        };
        let span = Span::new(start.start, last.span.end);
        Ok(Command { operands, span })
    }

    /// A term and the fields behind it.
    fn operand(&mut self) -> Result<Option<Operand>, Box<Error>> {
        let Some(mut term) = self.term()? else {
            return Ok(None);
        };
        let mut fields = Vec::new();
        let mut end = term.span.end;
        while let Token::Field(name) = self.peek().clone() {
            fields.push(name);
            end = self.next().1.end;
        }
        if fields.is_empty() {
            return Ok(Some(term));
        }
        let span = Span::new(term.span.start, end);
        term.kind = match term.kind {
            OperandKind::Field(mut path) => {
                path.append(&mut fields);
                OperandKind::Field(path)
            }
            OperandKind::Variable(name, mut path) => {
                path.append(&mut fields);
                OperandKind::Variable(name, path)
            }
            OperandKind::Constant(_) | OperandKind::Dot | OperandKind::Nil => {
                return self.fail(span, "a constant, `.` or `nil` has no fields");
            }
            kind => OperandKind::Chain(
                Box::new(Operand {
                    kind,
                    span: term.span,
                }),
                fields,
            ),
        };
        term.span = span;
        Ok(Some(term))
    }

    fn term(&mut self) -> Result<Option<Operand>, Box<Error>> {
        let start = self.span();
        let kind = match self.peek().clone() {
            Token::Word(name) => match self.library.find(&name) {
                Some(function) => OperandKind::Function(function),
                None => return self.unknown_function(&name, start),
            },
            Token::Dot => OperandKind::Dot,
            Token::Nil => OperandKind::Nil,
            Token::Variable(name) => {
                if !self.variables.iter().any(|known| **known == *name) {
                    return self.undefined(&name, start);
                }
                OperandKind::Variable(name.as_str().into(), Vec::new())
            }
            Token::Field(name) => OperandKind::Field(vec![name]),
            Token::Bool(value) => OperandKind::Constant(Value::Bool(value)),
            Token::Number(number) => OperandKind::Constant(number.value()),
            Token::Quoted(text) => OperandKind::Constant(Value::str(text)),
            Token::ParenOpen => {
                self.next();
                self.deeper(start)?;
                let pipe = self.pipeline("a parenthesized pipeline", &Token::ParenClose)?;
                self.depth -= 1;
                let span = Span::new(start.start, self.previous_end());
                return Ok(Some(Operand {
                    kind: OperandKind::Pipe(Box::new(pipe)),
                    span,
                }));
            }
            _ => return Ok(None),
        };
        self.next();
        Ok(Some(Operand { kind, span: start }))
    }

    fn unknown_function<T>(&self, name: &str, span: Span) -> Result<T, Box<Error>> {
        let mut error = Error::new(&self.source, span, format!("there is no function `{name}`"));
        error.help = did_you_mean(name, self.library.names()).map(|near| format!("did you mean `{near}`?"));
        Err(error)
    }
}

fn show(token: &Token) -> String {
    match token {
        Token::Close => "`}}`".to_owned(),
        Token::Open => "`{{`".to_owned(),
        Token::ParenClose => "`)`".to_owned(),
        Token::ParenOpen => "`(`".to_owned(),
        Token::Pipe => "`|`".to_owned(),
        Token::Comma => "`,`".to_owned(),
        Token::Declare => "`:=`".to_owned(),
        Token::Assign => "`=`".to_owned(),
        Token::Dot => "`.`".to_owned(),
        Token::Nil => "`nil`".to_owned(),
        Token::Word(name) | Token::Variable(name) => format!("`{name}`"),
        Token::Field(name) => format!("`.{name}`"),
        Token::Quoted(text) => format!("{text:?}"),
        Token::Bool(value) => format!("`{value}`"),
        Token::Number(number) => format!("`{}`", crate::print::plain(&number.value())),
        Token::Keyword(keyword) => format!("`{}`", format!("{keyword:?}").to_lowercase()),
        Token::Space => "a space".to_owned(),
        Token::Text(_) => "text".to_owned(),
        Token::End => "the end".to_owned(),
    }
}
