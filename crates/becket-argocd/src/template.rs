//! The template of an ApplicationSet: an object whose texts, keys included, are Go templates of their own.

use becket_document::KeyPath;
use becket_gotemplate::{Data, Error, Library, MissingKey, Options, Templates};
use serde_json::{Map, Value};

/// A template, read once and carried out for each set of parameters.
pub(crate) struct Template {
    templates: Templates,
    shape: Shape,
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
        let mut templates = Templates::new(Options {
            library: Library::ArgoCd,
            missing_key,
        });
        let shape = compile(&mut templates, value, path)?;
        Ok(Self { templates, shape })
    }

    /// The object for `data`.
    pub(crate) fn render(&self, data: &Data, source: &Value, path: &KeyPath) -> Result<Value, Box<Failed>> {
        self.shape(&self.shape, data).map_err(|error| {
            let at: KeyPath = error
                .template
                .trim_start_matches("key ")
                .parse()
                .unwrap_or_default();
            let inside = at.segments().get(path.segments().len()..).unwrap_or_default();
            let text = pick(source, inside);
            Box::new(Failed {
                path: at,
                text,
                error,
            })
        })
    }

    fn shape(&self, shape: &Shape, data: &Data) -> Result<Value, Error> {
        Ok(match shape {
            Shape::Plain(value) => value.clone(),
            Shape::Text(name) => match self.templates.render_prepared(name, data) {
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

fn pick(value: &Value, path: &[becket_document::Segment]) -> String {
    let mut value = value;
    for segment in path {
        let next = match segment {
            becket_document::Segment::Key(key) => value.get(key.as_str()),
            becket_document::Segment::Index(index) => value.get(*index),
        };
        let Some(next) = next else {
            return String::new();
        };
        value = next;
    }
    value.as_str().unwrap_or_default().to_owned()
}

fn compile(templates: &mut Templates, value: &Value, path: &KeyPath) -> Result<Shape, Box<Failed>> {
    Ok(match value {
        Value::String(text) => read(templates, text, path.to_string(), path)?,
        Value::Array(items) => Shape::List(
            items
                .iter()
                .enumerate()
                .map(|(at, item)| compile(templates, item, &path.index(at)))
                .collect::<Result<_, _>>()?,
        ),
        Value::Object(entries) => {
            let mut shapes = Vec::new();
            for (key, value) in entries {
                let at = path.key(key.as_str());
                let name = read(templates, key, format!("key {at}"), &at)?;
                shapes.push((name, compile(templates, value, &at)?));
            }
            Shape::Map(shapes)
        }
        plain => Shape::Plain(plain.clone()),
    })
}

fn read(templates: &mut Templates, text: &str, name: String, path: &KeyPath) -> Result<Shape, Box<Failed>> {
    if !text.contains("{{") {
        return Ok(Shape::Plain(Value::String(text.to_owned())));
    }
    match templates.add(&name, text) {
        Ok(()) => Ok(Shape::Text(name)),
        Err(error) => Err(Box::new(Failed {
            path: path.clone(),
            text: text.to_owned(),
            error,
        })),
    }
}
