//! ConfigMaps and Secrets from literals, files and environment files, and the hash of their contents in their names.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use becket_source::{Diagnostic, Location};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::codes;
use crate::fields::Text;
use crate::files::Files;
use crate::input::{Folder, Input};
use crate::kustomization::{Behavior, Generator};
use crate::resource::Resource;
use crate::set::Set;
use crate::yaml;

/// Runs the generators of `folder`.
pub(crate) fn run(input: &mut Input<'_>, folder: &Folder, set: &mut Set) {
    for generator in &folder.kustomization.generators {
        let Some(pairs) = pairs(input, folder, generator) else {
            continue;
        };
        let mut resource = Resource::new(value(generator, pairs), folder.origin(&generator.at));
        resource.generated = true;
        resource.needs_hash = !generator.options.without_hash;
        if let Err(finding) = absorb(input.files, folder, generator, resource, set) {
            input.findings.push(*finding);
        }
    }
}

/// The keys and values of a generator, sorted.
fn pairs(input: &mut Input<'_>, folder: &Folder, generator: &Generator) -> Option<BTreeMap<String, Vec<u8>>> {
    let before = input.findings.len();
    let mut sources = Sources {
        input,
        folder,
        secret: generator.secret,
        pairs: BTreeMap::new(),
    };
    for env in &generator.envs {
        sources.env(env);
    }
    for literal in &generator.literals {
        sources.literal(literal);
    }
    for file in &generator.files {
        sources.file(file);
    }
    let Sources { input, pairs, .. } = sources;
    (input.findings.len() == before).then_some(pairs)
}

/// What a generator is made from, as it is read.
struct Sources<'s, 'b> {
    input: &'s mut Input<'b>,
    folder: &'s Folder,
    secret: bool,
    pairs: BTreeMap<String, Vec<u8>>,
}

impl Sources<'_, '_> {
    fn env(&mut self, from: &Text) {
        let Some((path, contents)) = self.input.data(self.folder, from, &from.value) else {
            return;
        };
        let Ok(text) = std::str::from_utf8(&contents) else {
            self.input.findings.push(
                Diagnostic::error(
                    codes::GENERATOR,
                    "the file is not UTF-8 text",
                    Location::new(path, None),
                )
                .help("write `KEY=value` lines"),
            );
            return;
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for line in text.split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line).trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            if !key.is_empty() {
                self.insert(from, key, value.as_bytes());
            }
        }
    }

    fn literal(&mut self, from: &Text) {
        match from.value.split_once('=') {
            Some((key, value)) if !key.is_empty() => self.insert(from, key, unquote(value).as_bytes()),
            _ => self.refuse(
                from,
                format!("literal `{}` is not `key=value`", from.value),
                None,
                "write a key, an `=` and the value",
            ),
        }
    }

    fn file(&mut self, from: &Text) {
        let (key, path) = match from.value.split_once('=') {
            None => (
                from.value.rsplit('/').next().unwrap_or_default(),
                from.value.as_str(),
            ),
            Some((key, path)) if !key.is_empty() && !path.is_empty() && !path.contains('=') => (key, path),
            Some(_) => {
                return self.refuse(
                    from,
                    format!("file `{}` is neither a path nor `key=path`", from.value),
                    None,
                    "write a path, or a key, an `=` and a path",
                );
            }
        };
        if let Some((_, contents)) = self.input.data(self.folder, from, path) {
            self.insert(from, key, &contents);
        }
    }

    fn insert(&mut self, from: &Text, key: &str, value: &[u8]) {
        // What is no text, and all of a Secret, is written as base64.
        let text = std::str::from_utf8(value).ok().filter(|_| !self.secret);
        if !yaml::is_key(key) {
            self.refuse(
                from,
                format!("the key `{key}` is not text to kustomize"),
                Some("kustomize 5.8.2 takes it for a number or a truth value, and fails"),
                "give it another name",
            );
        } else if self.pairs.contains_key(key) {
            self.refuse(
                from,
                format!("the generator has the key `{key}` twice"),
                None,
                "remove one of the two, or merge a second generator with `behavior: merge`",
            );
        } else if let Some(character) = text.and_then(yaml::unwritable) {
            self.refuse(
                from,
                format!("`{key}` holds the character `{}`", character.escape_unicode()),
                Some(yaml::UNWRITABLE),
                "remove it, or make a Secret of it",
            );
        } else if text.is_some_and(|text| text.starts_with('\t') && text.contains('\n')) {
            self.refuse(
                from,
                format!("the lines of `{key}` begin with a tab"),
                Some("kustomize 5.8.2 writes them so that it cannot read them again, and fails"),
                "begin with spaces or an empty line",
            );
        } else {
            self.pairs.insert(key.to_owned(), value.to_vec());
        }
    }

    fn refuse(&mut self, from: &Text, message: String, note: Option<&str>, help: &str) {
        let mut finding = Diagnostic::error(codes::GENERATOR, message, self.folder.place(from.span));
        if let Some(note) = note {
            finding = finding.note(note);
        }
        self.input.findings.push(finding.help(help));
    }
}

fn unquote(value: &str) -> &str {
    let mut characters = value.chars();
    match (characters.next(), characters.next_back()) {
        (Some('"'), Some('"')) | (Some('\''), Some('\'')) => characters.as_str(),
        _ => value,
    }
}

fn value(generator: &Generator, pairs: BTreeMap<String, Vec<u8>>) -> Value {
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), json!(generator.name));
    if let Some(namespace) = &generator.namespace {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    for (field, pairs) in [
        ("labels", &generator.options.labels),
        ("annotations", &generator.options.annotations),
    ] {
        if !pairs.is_empty() {
            let pairs: Map<String, Value> = pairs
                .iter()
                .map(|(key, value)| (key.clone(), json!(value)))
                .collect();
            metadata.insert(field.to_owned(), Value::Object(pairs));
        }
    }
    let mut map = Map::new();
    map.insert("apiVersion".to_owned(), json!("v1"));
    map.insert(
        "kind".to_owned(),
        json!(if generator.secret { "Secret" } else { "ConfigMap" }),
    );
    map.insert("metadata".to_owned(), Value::Object(metadata));
    if generator.secret {
        let secret_type = generator.secret_type.as_deref().unwrap_or("Opaque");
        map.insert("type".to_owned(), json!(secret_type));
        let data: Map<String, Value> = pairs
            .into_iter()
            .map(|(key, value)| (key, Value::String(base64(&value))))
            .collect();
        map.insert("data".to_owned(), Value::Object(data));
    } else {
        put_data(&mut map, pairs);
    }
    if generator.options.immutable {
        map.insert("immutable".to_owned(), Value::Bool(true));
    }
    Value::Object(map)
}

/// Puts text into `data` and anything else into `binaryData`.
fn put_data(map: &mut Map<String, Value>, pairs: BTreeMap<String, Vec<u8>>) {
    for (key, value) in pairs {
        let (field, value) = match String::from_utf8(value) {
            Ok(text) => ("data", text),
            Err(error) => ("binaryData", base64(error.as_bytes())),
        };
        if let Value::Object(data) = map.entry(field).or_insert_with(|| Value::Object(Map::new())) {
            data.insert(key, Value::String(value));
        }
    }
}

/// Adds `new` to `set`, or puts it in the place of what is there, as its behavior says.
fn absorb(
    files: &dyn Files,
    folder: &Folder,
    generator: &Generator,
    mut new: Resource,
    set: &mut Set,
) -> Result<(), Box<Diagnostic>> {
    let id = new.id();
    let matches: Vec<usize> = set
        .as_slice()
        .iter()
        .enumerate()
        .filter(|(_, resource)| resource.was(&id))
        .map(|(index, _)| index)
        .collect();
    let error = |message: String, help: &str| {
        Box::new(Diagnostic::error(codes::GENERATOR, message, folder.place(generator.span)).help(help))
    };
    match (&matches[..], generator.behavior) {
        ([], Behavior::Create) => set.append(new).map_err(|twins| Box::new(twins.finding(files))),
        ([], Behavior::Merge | Behavior::Replace) => Err(error(
            format!("{id} is not there to be merged with or replaced"),
            "correct the name, or remove `behavior` to create it",
        )),
        ([index], behavior) => {
            let old = &set.as_slice()[*index];
            if behavior == Behavior::Create {
                let finding = error(
                    format!("{id} is there already"),
                    "say `behavior: merge` or `behavior: replace`, or give it another name",
                );
                return Err(Box::new(
                    finding.related(old.named_at(files).labelled("made here")),
                ));
            }
            take_metadata(&mut new, old);
            if behavior == Behavior::Merge {
                merge_data(&mut new, old);
                let by = std::mem::replace(&mut new.origin, old.origin.clone());
                new.patched_by.clone_from(&old.patched_by);
                new.patched_by.push(by);
            }
            set.as_mut()[*index] = new;
            Ok(())
        }
        (_, _) => Err(error(
            format!("several resources could be meant by {id}"),
            "give the generator the namespace of one of them",
        )),
    }
}

/// What the new resource takes from the one in whose place it comes: name, namespace, labels and annotations that it does
/// not have itself, and the names of before.
fn take_metadata(new: &mut Resource, old: &Resource) {
    let (name, namespace) = (old.name().into_owned(), old.namespace().into_owned());
    new.previous.clone_from(&old.previous);
    new.prefixes.clone_from(&old.prefixes);
    new.suffixes.clone_from(&old.suffixes);
    new.needs_hash = new.needs_hash && old.needs_hash;
    let inherited = old.value.get("metadata").cloned().unwrap_or_default();
    let Some(metadata) = new.metadata() else {
        return;
    };
    for field in ["labels", "annotations"] {
        let Some(old) = inherited.get(field).and_then(Value::as_object) else {
            continue;
        };
        let mut merged: Map<String, Value> = old
            .iter()
            .map(|(key, value)| (key.clone(), Value::String(yaml::text(value).into_owned())))
            .collect();
        if let Some(Value::Object(own)) = metadata.shift_remove(field) {
            merged.extend(own);
        }
        if !merged.is_empty() {
            metadata.insert(field.to_owned(), Value::Object(merged));
        }
    }
    metadata.insert("name".to_owned(), Value::String(name));
    if namespace.is_empty() {
        metadata.shift_remove("namespace");
    } else {
        metadata.insert("namespace".to_owned(), Value::String(namespace));
    }
}

fn merge_data(new: &mut Resource, old: &Resource) {
    let is_secret = new.kind() == "Secret";
    let mut data = texts(&old.value, "data");
    if is_secret {
        let plain = texts(&old.value, "stringData");
        data.extend(
            plain
                .into_iter()
                .map(|(key, value)| (key, base64(value.as_bytes()))),
        );
    }
    data.extend(texts(&new.value, "data"));
    let mut binary = texts(&old.value, "binaryData");
    binary.extend(texts(&new.value, "binaryData"));
    if let Value::Object(map) = &mut new.value {
        for (field, pairs) in [("data", data), ("binaryData", binary)] {
            map.shift_remove(field);
            if !pairs.is_empty() {
                let pairs = pairs.into_iter().map(|(key, value)| (key, Value::String(value)));
                map.insert(field.to_owned(), Value::Object(pairs.collect()));
            }
        }
    }
}

fn texts(value: &Value, field: &str) -> BTreeMap<String, String> {
    let Some(map) = value.get(field).and_then(Value::as_object) else {
        return BTreeMap::new();
    };
    map.iter()
        .map(|(key, value)| (key.clone(), yaml::text(value).into_owned()))
        .collect()
}

/// Base64 in lines of 70 characters, where there is more than one.
fn base64(bytes: &[u8]) -> String {
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    if encoded.len() < 70 {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / 70 + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(rest.len().min(70));
        lines.push_str(line);
        lines.push('\n');
        rest = behind;
    }
    lines
}

/// Puts the hash of their contents into the names of generated resources.
pub(crate) fn add_hashes(resources: &mut [Resource]) {
    for resource in resources.iter_mut().filter(|resource| resource.needs_hash) {
        let hash = hash(resource);
        resource.remember();
        let name = format!("{}-{hash}", resource.name());
        resource.set_name(name);
    }
}

/// The hash of a ConfigMap's or Secret's contents: ten digits of SHA-256 over JSON with sorted keys, and letters
/// for those digits that could make words.
fn hash(resource: &Resource) -> String {
    let value = &resource.value;
    let is_secret = resource.kind() == "Secret";
    let mut parts: BTreeMap<&str, Value> = BTreeMap::new();
    parts.insert("kind", json!(resource.kind()));
    // Kustomize means to put the name here and misses it; hashes would change if it did not.
    parts.insert("name", json!(""));
    parts.insert("data", value.get("data").cloned().unwrap_or_else(|| json!("")));
    if is_secret {
        parts.insert("type", value.get("type").cloned().unwrap_or_else(|| json!("")));
    }
    let second = if is_secret { "stringData" } else { "binaryData" };
    if let Some(data) = value.get(second).filter(|data| data.is_object()) {
        parts.insert(second, data.clone());
    }
    let mut json = String::with_capacity(256);
    json.push('{');
    for (index, (key, value)) in parts.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write_text(key, &mut json);
        json.push(':');
        write_json(value, &mut json);
    }
    json.push('}');
    let digest = Sha256::digest(json.as_bytes());
    let mut hex = String::with_capacity(10);
    for byte in digest.iter().take(5) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex.chars()
        .map(|digit| match digit {
            '0' => 'g',
            '1' => 'h',
            '3' => 'k',
            'a' => 'm',
            'e' => 't',
            other => other,
        })
        .collect()
}

/// JSON as Go writes it: keys sorted by bytes, and `<`, `>`, `&` escaped.
fn write_json(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => write_text(text, out),
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            out.push('{');
            for (index, (key, value)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write_json(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            out.push(']');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
