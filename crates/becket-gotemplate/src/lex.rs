//! Cuts a template into texts, delimiters and the tokens of actions, with Go's rules for trim markers and comments.

use becket_source::Span;

use crate::error::Error;
use crate::value::Value;

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Token {
    Text(String),
    Open,
    Close,
    Space,
    Word(String),
    /// `.name`
    Field(String),
    /// `$name`
    Variable(String),
    Dot,
    Number(Number),
    Quoted(String),
    Bool(bool),
    Nil,
    Keyword(Keyword),
    Pipe,
    Declare,
    Assign,
    ParenOpen,
    ParenClose,
    Comma,
    End,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Int(number) => Value::int(*number),
            Self::Float(number) => Value::Float(*number),
        }
    }
}

/// The tokens of `text`, with their places.
pub(crate) fn tokens(name: &str, text: &str) -> Result<Vec<(Token, Span)>, Box<Error>> {
    let mut lexer = Lexer {
        name,
        text,
        at: 0,
        tokens: Vec::new(),
        parens: Vec::new(),
    };
    lexer.run()?;
    let end = Span::new(text.len(), text.len());
    lexer.tokens.push((Token::End, end));
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    name: &'a str,
    text: &'a str,
    at: usize,
    tokens: Vec<(Token, Span)>,
    parens: Vec<usize>,
}

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn fail<T>(&self, span: Span, message: impl Into<String>) -> Result<T, Box<Error>> {
        Err(Error::new(self.name, span, message))
    }

    fn push(&mut self, token: Token, start: usize) {
        self.tokens.push((token, Span::new(start, self.at)));
    }

    fn run(&mut self) -> Result<(), Box<Error>> {
        let mut trim = false;
        loop {
            let start = self.at;
            let open = self.rest().find("{{").map_or(self.text.len(), |at| start + at);
            let trims = is_left_trim(&self.text[(open + 2).min(self.text.len())..]);
            let mut piece = &self.text[start..open];
            if trim {
                piece = piece.trim_start_matches(SPACE);
            }
            if trims && open < self.text.len() {
                piece = piece.trim_end_matches(SPACE);
            }
            if !piece.is_empty() {
                let piece = piece.to_owned();
                self.at = open;
                self.push(Token::Text(piece), start);
            }
            self.at = open;
            if open == self.text.len() {
                return Ok(());
            }
            self.at += if trims { 3 } else { 2 };
            let after_marker = self.text[self.at..].trim_start_matches(SPACE);
            let comment = if trims { after_marker } else { self.rest() };
            if comment.starts_with("/*") {
                self.at = self.text.len() - comment.len();
                trim = self.comment(open)?;
                continue;
            }
            self.push(Token::Open, open);
            trim = self.action(open)?;
        }
    }

    /// Steps over a comment, and says whether the text behind it is to be trimmed.
    fn comment(&mut self, open: usize) -> Result<bool, Box<Error>> {
        let Some(end) = self.rest().find("*/") else {
            return self.fail(
                Span::new(open, self.text.len()),
                "a comment is not closed by `*/}}`",
            );
        };
        self.at += end + 2;
        let trims = is_right_trim(self.rest());
        self.at += if trims { 2 } else { 0 };
        if !self.rest().starts_with("}}") {
            return self.fail(
                Span::new(open, self.at),
                "a comment ends before its action does: only `}}` may follow `*/`",
            );
        }
        self.at += 2;
        Ok(trims)
    }

    /// Reads the tokens up to `}}`, and says whether the text behind it is to be trimmed.
    fn action(&mut self, open: usize) -> Result<bool, Box<Error>> {
        loop {
            let start = self.at;
            let trims = is_right_trim(self.rest()) && self.rest()[2..].starts_with("}}");
            if trims || self.rest().starts_with("}}") {
                if let Some(paren) = self.parens.pop() {
                    return self.fail(Span::new(paren, paren + 1), "a `(` is not closed");
                }
                self.at += if trims { 4 } else { 2 };
                self.push(Token::Close, start);
                return Ok(trims);
            }
            let Some(character) = self.rest().chars().next() else {
                return self.fail(Span::new(open, open + 2), "an action is not closed by `}}`");
            };
            self.token(character)?;
        }
    }

    fn token(&mut self, character: char) -> Result<(), Box<Error>> {
        let start = self.at;
        match character {
            ' ' | '\t' | '\r' | '\n' => {
                while self.rest().starts_with(SPACE) {
                    if self.at > start && is_right_trim(self.rest()) && self.rest()[2..].starts_with("}}") {
                        break;
                    }
                    self.at += 1;
                }
                self.push(Token::Space, start);
            }
            '=' => self.single(Token::Assign),
            ':' if self.rest().starts_with(":=") => {
                self.at += 2;
                self.push(Token::Declare, start);
            }
            ':' => return self.fail(Span::new(start, start + 1), "a `:` must be followed by `=`"),
            '|' => self.single(Token::Pipe),
            ',' => self.single(Token::Comma),
            '(' => {
                self.parens.push(start);
                self.single(Token::ParenOpen);
            }
            ')' => {
                if self.parens.pop().is_none() {
                    return self.fail(Span::new(start, start + 1), "a `)` closes nothing");
                }
                self.single(Token::ParenClose);
            }
            '"' => self.quoted()?,
            '`' => self.raw()?,
            '\'' => self.character()?,
            '$' => {
                self.at += 1;
                let name = self.name_here();
                self.terminated(start)?;
                self.push(Token::Variable(format!("${name}")), start);
            }
            '.' if !self.rest()[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                self.at += 1;
                let name = self.name_here();
                self.terminated(start)?;
                self.push(
                    if name.is_empty() {
                        Token::Dot
                    } else {
                        Token::Field(name)
                    },
                    start,
                );
            }
            '.' | '+' | '-' | '0'..='9' => self.number()?,
            character if character == '_' || character.is_alphanumeric() => {
                let word = self.name_here();
                self.terminated(start)?;
                self.push(word_token(word), start);
            }
            other => {
                let span = Span::new(start, start + other.len_utf8());
                return self.fail(
                    span,
                    format!("the character `{other}` has no meaning in an action"),
                );
            }
        }
        Ok(())
    }

    fn single(&mut self, token: Token) {
        let start = self.at;
        self.at += 1;
        self.push(token, start);
    }

    fn name_here(&mut self) -> String {
        let rest = self.rest();
        let end = rest
            .find(|character: char| character != '_' && !character.is_alphanumeric())
            .unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        self.at += end;
        name
    }

    /// Names and fields end where something begins that cannot be part of one.
    fn terminated(&self, start: usize) -> Result<(), Box<Error>> {
        let rest = self.rest();
        match rest.chars().next() {
            None | Some(' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | ')' | '(') => Ok(()),
            _ if rest.starts_with("}}") => Ok(()),
            Some('=') => Ok(()),
            Some(other) => self.fail(
                Span::new(start, self.at + other.len_utf8()),
                format!("the character `{other}` cannot follow here"),
            ),
        }
    }

    fn number(&mut self) -> Result<(), Box<Error>> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        let hex = self.text[at..].starts_with("0x") || self.text[at..].starts_with("0X");
        while let Some(byte) = bytes.get(at) {
            let exponent_sign = matches!(byte, b'+' | b'-')
                && matches!(bytes.get(at - 1), Some(b'e' | b'E'))
                && !hex
                && at > start + 1;
            if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || exponent_sign {
                at += 1;
            } else {
                break;
            }
        }
        self.at = at;
        let text = &self.text[start..at];
        match number(text) {
            Some(number) => {
                self.push(Token::Number(number), start);
                Ok(())
            }
            None => self.fail(Span::new(start, at), format!("`{text}` is no number")),
        }
    }

    fn character(&mut self) -> Result<(), Box<Error>> {
        let start = self.at;
        let end = self.closing('\'', start, "a character is not closed by `'`")?;
        let inside = &self.text[start + 1..end];
        let text = unquote(inside, '\'');
        self.at = end + 1;
        let mut characters = text.as_deref().unwrap_or_default().chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => {
                self.push(Token::Number(Number::Int(i64::from(character as u32))), start);
                Ok(())
            }
            _ => self.fail(
                Span::new(start, self.at),
                format!("`'{inside}'` is no single character"),
            ),
        }
    }

    fn quoted(&mut self) -> Result<(), Box<Error>> {
        let start = self.at;
        let end = self.closing('"', start, "a string is not closed by `\"`")?;
        let text = unquote(&self.text[start + 1..end], '"');
        self.at = end + 1;
        match text {
            Some(text) => {
                self.push(Token::Quoted(text), start);
                Ok(())
            }
            None => self.fail(
                Span::new(start, self.at),
                "a string holds an escape that Go does not know; a backslash itself is written `\\\\`",
            ),
        }
    }

    /// Where the quote that began at `start` ends.
    fn closing(&self, quote: char, start: usize, message: &str) -> Result<usize, Box<Error>> {
        let mut escaped = false;
        for (at, character) in self.text[start + 1..].char_indices() {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' => break,
                character if character == quote => return Ok(start + 1 + at),
                _ => {}
            }
        }
        self.fail(Span::new(start, start + 1), message)
    }

    fn raw(&mut self) -> Result<(), Box<Error>> {
        let start = self.at;
        let Some(end) = self.text[start + 1..].find('`') else {
            return self.fail(
                Span::new(start, start + 1),
                "a string is not closed by a backquote",
            );
        };
        let text = self.text[start + 1..start + 1 + end].replace('\r', "");
        self.at = start + end + 2;
        self.push(Token::Quoted(text), start);
        Ok(())
    }
}

fn is_left_trim(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| rest.starts_with(SPACE))
}

fn is_right_trim(text: &str) -> bool {
    text.starts_with(SPACE) && text[1..].starts_with('-')
}

fn word_token(word: String) -> Token {
    Token::Keyword(match word.as_str() {
        "true" => return Token::Bool(true),
        "false" => return Token::Bool(false),
        "nil" => return Token::Nil,
        "block" => Keyword::Block,
        "break" => Keyword::Break,
        "continue" => Keyword::Continue,
        "define" => Keyword::Define,
        "else" => Keyword::Else,
        "end" => Keyword::End,
        "if" => Keyword::If,
        "range" => Keyword::Range,
        "template" => Keyword::Template,
        "with" => Keyword::With,
        _ => return Token::Word(word),
    })
}

/// A number as Go writes it.
pub(crate) fn number(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let based = |radix, digits: &str| {
        let digits = digits.replace('_', "");
        i128::from_str_radix(&digits, radix).ok()
    };
    let whole = if let Some(digits) = lower.strip_prefix("0x") {
        based(16, digits)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        based(2, digits)
    } else if let Some(digits) = lower.strip_prefix("0o") {
        based(8, digits)
    } else if lower.len() > 1
        && lower.starts_with('0')
        && lower[1..].bytes().all(|byte| byte.is_ascii_digit())
    {
        Some(based(8, &lower)?)
    } else if lower.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') && !lower.is_empty() {
        based(10, &lower)
    } else {
        None
    };
    if let Some(whole) = whole {
        let whole = if negative { -whole } else { whole };
        return i64::try_from(whole).ok().map(Number::Int);
    }
    let plain = lower.replace('_', "");
    if !plain.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        || !plain
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-'))
    {
        return None;
    }
    let float: f64 = plain.parse().ok().filter(|float: &f64| float.is_finite())?;
    Some(Number::Float(if negative { -float } else { float }))
}

/// What stands between quotes, with its escapes carried out.
fn unquote(text: &str, quote: char) -> Option<String> {
    let mut out = String::new();
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            flush(&mut out, &mut bytes);
            out.push(character);
            continue;
        }
        let escape = rest.next()?;
        let plain = match escape {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' => '\\',
            '\'' | '"' if escape == quote => escape,
            'x' | 'u' | 'U' => {
                let length = match escape {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let code = u32::from_str_radix(&take(&mut rest, length)?, 16).ok()?;
                if escape == 'x' {
                    bytes.push(u8::try_from(code).ok()?);
                    continue;
                }
                char::from_u32(code)?
            }
            '0'..='7' => {
                let digits = format!("{escape}{}", take(&mut rest, 2)?);
                bytes.push(u8::try_from(u32::from_str_radix(&digits, 8).ok()?).ok()?);
                continue;
            }
            _ => return None,
        };
        flush(&mut out, &mut bytes);
        out.push(plain);
    }
    flush(&mut out, &mut bytes);
    Some(out)
}

fn take(rest: &mut std::str::Chars<'_>, length: usize) -> Option<String> {
    let taken: String = rest.by_ref().take(length).collect();
    (taken.len() == length && taken.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(taken)
}

/// Bytes that were written one by one become text; what is no UTF-8 becomes U+FFFD, as strings here are text.
fn flush(out: &mut String, bytes: &mut Vec<u8>) {
    if !bytes.is_empty() {
        out.push_str(&String::from_utf8_lossy(bytes));
        bytes.clear();
    }
}
