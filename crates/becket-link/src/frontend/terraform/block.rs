//! The blocks of a module: what each defines, and how one of an override file replaces another.

use becket_document::hcl::{Attribute, Block, Expression, Item, Reference};
use becket_kustomize::join;
use becket_source::Span;

use super::module::{Call, Module, Target, Variable};
use super::state::{Backend, State};
use crate::symbol::{Kind, Place};

/// Notes what `block` of the file `path` defines.
pub(super) fn define<'a>(module: &mut Module<'a>, path: &'a str, block: &Block) {
    let place = |span| Place { path, span };
    match (block.kind.text.as_str(), block.labels.as_slice()) {
        ("variable", [name]) => variable(module, &name.text, place(name.span), block),
        ("output", [name]) => module.define(Kind::Output, &name.text, place(name.span)),
        ("locals", []) => {
            for local in block.body.attributes() {
                module.define(Kind::Local, &local.name.text, place(local.name.span));
            }
        }
        ("module", [name]) => call(module, &name.text, path, block),
        ("resource", [kind, name]) => {
            let address = format!("{}.{}", kind.text, name.text);
            module.define(Kind::Resource, address, place(block.head_span()));
        }
        (section @ ("data" | "ephemeral" | "action"), [kind, name]) => {
            let address = format!("{section}.{}.{}", kind.text, name.text);
            module.define(Kind::Resource, address, place(block.head_span()));
            if section == "data" && kind.text == "terraform_remote_state" {
                module.states.insert(name.text.clone(), State::of(block));
            }
        }
        ("check", [_]) => {
            for data in block.body.blocks_of("data") {
                define(module, path, data);
            }
        }
        ("provider", [name]) => {
            if let Some(alias) = text(block, "alias") {
                let name = format!("{}.{alias}", name.text);
                module.define(Kind::Provider, name, place(block.head_span()));
            }
        }
        ("terraform", []) => settings(module, path, block),
        ("moved", []) => {
            let Some(to) = block.body.attribute("to") else {
                return;
            };
            if let Some(address) = to.value.as_reference().and_then(|to| address(&to)) {
                module.moves.push((address, place(to.value.span)));
            }
        }
        _ => {}
    }
}

fn variable<'a>(module: &mut Module<'a>, name: &str, place: Place<'a>, block: &Block) {
    let known = module.variables.get(name).copied();
    let flag = |field: &str| {
        let value = block.body.attribute(field).map(|attribute| &attribute.value.term);
        value == Some(&becket_document::hcl::Term::Bool(true))
    };
    let variable = Variable {
        required: block.body.attribute("default").is_none() && known.is_none_or(|known| known.required),
        sensitive: flag("sensitive") || flag("ephemeral") || known.is_some_and(|known| known.sensitive),
        place: known.map_or(place, |known| known.place),
    };
    module.variables.insert(name.to_owned(), variable);
    module.define(Kind::Variable, name, place);
}

/// What a call takes besides arguments for the variables of the module.
const CALL: [&str; 6] = [
    "source",
    "version",
    "count",
    "for_each",
    "providers",
    "depends_on",
];

fn call<'a>(module: &mut Module<'a>, name: &str, path: &'a str, block: &Block) {
    let place = |span| Place { path, span };
    let head = place(block.head_span());
    let folder = module.folder;
    module.define(Kind::Call, name, head);
    let call = module.calls.entry(name.to_owned()).or_insert_with(|| Call {
        name: name.to_owned(),
        target: Target::Elsewhere(String::new()),
        place: head,
        source: None,
        keyed: false,
        arguments: Vec::new(),
    });
    if let Some(source) = block.body.attribute("source") {
        call.target = target(folder, &source.value);
        call.source = Some(place(source.value.span));
    }
    call.keyed |= ["count", "for_each"]
        .iter()
        .any(|field| block.body.attribute(field).is_some());
    let arguments = block
        .body
        .attributes()
        .filter(|argument| !CALL.contains(&argument.name.text.as_str()))
        .map(|argument| (argument.name.text.clone(), place(argument.name.span)));
    call.arguments.extend(arguments);
}

/// The folder that a source such as `../../modules/network` names; other sources lie elsewhere.
fn target(folder: &str, source: &Expression) -> Target {
    let source = source.as_str().unwrap_or_default();
    let local = source == "." || source == ".." || source.starts_with("./") || source.starts_with("../");
    match join(folder, source) {
        Some(folder) if local => Target::Folder(folder),
        _ => Target::Elsewhere(source.to_owned()),
    }
}

/// The `terraform` block: provider configurations that a caller has to pass, and where the state lies.
fn settings<'a>(module: &mut Module<'a>, path: &'a str, block: &Block) {
    for providers in block.body.blocks_of("required_providers") {
        for provider in providers.body.attributes() {
            let aliases = provider.value.get("configuration_aliases");
            let aliases = aliases.map(Expression::items).unwrap_or_default();
            for alias in aliases.iter().filter_map(Expression::as_reference) {
                let span = alias.span;
                module.define(Kind::Provider, alias.dotted(), Place { path, span });
            }
        }
    }
    for item in block.body.blocks() {
        if let Some(backend) = Backend::of(item) {
            module.backend = Some(backend);
        }
    }
}

/// The address that a reference begins with: `aws_vpc.this`, `data.aws_ami.node`, `module.network`.
pub(super) fn address(reference: &Reference) -> Option<String> {
    let root = reference.root.text.as_str();
    let names = if matches!(root, "data" | "ephemeral" | "action") {
        2
    } else {
        1
    };
    let mut address = root.to_owned();
    for index in 0..names {
        let name = &reference.name(index)?.text;
        if name.contains('.') {
            return None;
        }
        address.push('.');
        address.push_str(name);
    }
    Some(address)
}

/// The constant text of an attribute.
pub(super) fn text<'b>(block: &'b Block, name: &str) -> Option<&'b str> {
    block.body.attribute(name)?.value.as_str()
}

/// Whether a block of an override file is merged into `base`.
pub(super) fn same(base: &Block, block: &Block) -> bool {
    let labels = |block: &Block| {
        block
            .labels
            .iter()
            .map(|label| label.text.clone())
            .collect::<Vec<_>>()
    };
    base.kind.text == block.kind.text
        && labels(base) == labels(block)
        && (base.kind.text != "provider" || text(base, "alias") == text(block, "alias"))
}

/// The places of `base` that a block of an override file replaces: attributes of one name, and all nested blocks of a
/// type that it has.
pub(super) fn replaced(base: &Block, block: &Block) -> Vec<Span> {
    let attribute = |attribute: &Attribute| block.body.attribute(&attribute.name.text).is_some();
    let mut spans = Vec::new();
    for item in &base.body.items {
        match item {
            Item::Attribute(own) if attribute(own) => spans.push(own.value.span),
            Item::Block(own) if block.body.blocks_of(&own.kind.text).next().is_some() => spans.push(own.span),
            _ => {}
        }
    }
    spans
}
