//! The template of an ApplicationSet: an object whose texts, keys included, are Go templates of their own.

use std::collections::BTreeMap;

use becket_document::KeyPath;
use becket_gotemplate::{Data, Error, Library, MissingKey, Options, Templates};
use serde_json::{Map, Value};

/// A template, read once and carried out for each set of parameters.
pub(crate) struct Template {
    texts: Texts,
    shape: Shape,
}

/// The texts that are templates: carried out by a name, each, under which its place and itself are kept.
struct Texts {
    templates: Templates,
    by_name: BTreeMap<String, Text>,
}

#[derive(Clone, Default)]
struct Text {
    path: KeyPath,
    is_key: bool,
    written: String,
}

impl Text {
    fn failed(self, error: Error) -> Box<Failed> {
        let Self {
            path,
            is_key,
            written: text,
        } = self;
        Box::new(Failed {
            path,
            is_key,
            text,
            error,
        })
    }
}

enum Shape {
    Plain(Value),
    /// The template of this name.
    Text(String),
    List(Vec<Shape>),
    Map(Vec<(Shape, Shape)>),
}

/// A text that fails, and its place in the object.
pub(crate) struct Failed {
    pub(crate) path: KeyPath,
    /// Whether it is the key there, not its value.
    pub(crate) is_key: bool,
    /// The text itself.
    pub(crate) text: String,
    pub(crate) error: Error,
}

impl Template {
    /// Reads `value`, which stands at `path` of the object.
    pub(crate) fn compile(
        value: &Value,
        path: &KeyPath,
        missing_key: MissingKey,
    ) -> Result<Self, Box<Failed>> {
        let options = Options {
            library: Library::ArgoCd,
            missing_key,
        };
        let mut texts = Texts {
            templates: Templates::new(options),
            by_name: BTreeMap::new(),
        };
        let shape = texts.compile(value, path)?;
        Ok(Self { texts, shape })
    }

    /// The object for `data`.
    pub(crate) fn render(&self, data: &Data) -> Result<Value, Box<Failed>> {
        self.shape(&self.shape, data).map_err(|error| {
            let text = self.texts.by_name.get(&error.template).cloned();
            text.unwrap_or_default().failed(error)
        })
    }

    fn shape(&self, shape: &Shape, data: &Data) -> Result<Value, Error> {
        Ok(match shape {
            Shape::Plain(value) => value.clone(),
            Shape::Text(name) => match self.texts.templates.render_prepared(name, data) {
                Some(text) => Value::String(text?),
                None => Value::String(String::new()),
            },
            Shape::List(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.shape(item, data))
                    .collect::<Result<_, _>>()?,
            ),
            Shape::Map(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    if let Value::String(key) = self.shape(key, data)? {
                        map.insert(key, self.shape(value, data)?);
                    }
                }
                Value::Object(map)
            }
        })
    }
}

impl Texts {
    fn compile(&mut self, value: &Value, path: &KeyPath) -> Result<Shape, Box<Failed>> {
        Ok(match value {
            Value::String(text) => self.read(text, path, false)?,
            Value::Array(items) => Shape::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| self.compile(item, &path.index(at)))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(entries) => {
                let mut shapes = Vec::new();
                for (key, value) in entries {
                    let at = path.key(key.as_str());
                    let name = self.read(key, &at, true)?;
                    shapes.push((name, self.compile(value, &at)?));
                }
                Shape::Map(shapes)
            }
            plain => Shape::Plain(plain.clone()),
        })
    }

    fn read(&mut self, text: &str, path: &KeyPath, is_key: bool) -> Result<Shape, Box<Failed>> {
        if !text.contains("{{") {
            return Ok(Shape::Plain(Value::String(text.to_owned())));
        }
        let name = if is_key {
            format!("key {path}")
        } else {
            path.to_string()
        };
        let (path, written) = (path.clone(), text.to_owned());
        let text = Text {
            path,
            is_key,
            written,
        };
        if let Err(error) = self.templates.add(&name, &text.written) {
            return Err(text.failed(error));
        }
        self.by_name.insert(name.clone(), text);
        Ok(Shape::Text(name))
    }
}
