//! What a module refers to.

use std::collections::BTreeMap;

use becket_document::hcl::{Block, Expression, Item, Name, Part, Reference};
use becket_source::Span;

use super::block;
use super::facts::Fact;
use super::module::{Module, Target};
use crate::symbol::{By, Kind, Place, Symbol, Use};

/// Adds all that `module` refers to; nothing of one that is laid over another, whose names nobody knows here.
pub(super) fn collect<'a>(
    module: &Module<'a>,
    modules: &BTreeMap<&'a str, Module<'a>>,
    uses: &mut Vec<Use<'a>>,
) {
    if module.layer {
        return;
    }
    let mut found = Collector {
        module,
        modules,
        path: module.folder,
        uses,
    };
    for source in &module.sources {
        found.path = source.path;
        for block in source.body.blocks() {
            found.block(block);
        }
    }
    found.calls();
    found.values();
    found.facts();
}

struct Collector<'m, 'a> {
    module: &'m Module<'a>,
    modules: &'m BTreeMap<&'a str, Module<'a>>,
    path: &'a str,
    uses: &'m mut Vec<Use<'a>>,
}

impl Collector<'_, '_> {
    fn block(&mut self, block: &Block) {
        if !matches!(
            block.kind.text.as_str(),
            "variable"
                | "output"
                | "locals"
                | "module"
                | "resource"
                | "data"
                | "ephemeral"
                | "action"
                | "check"
                | "provider"
                | "import"
        ) {
            return;
        }
        let mut words = Vec::new();
        self.words(block, &mut words);
        let order = block.body.attribute("depends_on").map(|order| order.value.span);
        for reference in block.body.references() {
            let inside = |span: &Span| span.start <= reference.span.start && reference.span.end <= span.end;
            if !words.iter().any(inside) {
                self.reference(&reference, order.as_ref().is_some_and(inside));
            }
        }
    }

    /// The places whose words are no references: keywords, names of attributes, addresses. Those that are provider
    /// configurations are noted as such.
    fn words(&mut self, block: &Block, words: &mut Vec<Span>) {
        let kind = block.kind.text.as_str();
        for item in &block.body.items {
            match item {
                Item::Attribute(attribute) => {
                    let is_word = match (kind, attribute.name.text.as_str()) {
                        ("resource" | "data" | "ephemeral" | "action" | "import", "provider") => {
                            self.provider(&attribute.value);
                            true
                        }
                        ("module", "providers") => {
                            for entry in attribute.value.entries() {
                                self.provider(&entry.value);
                            }
                            true
                        }
                        ("variable", "type")
                        | ("import", "to")
                        | ("lifecycle", "ignore_changes")
                        | ("action_trigger", "events")
                        | ("provisioner", "when" | "on_failure") => true,
                        _ => false,
                    };
                    if is_word {
                        words.push(attribute.value.span);
                    }
                }
                Item::Block(inside) => self.words(inside, words),
            }
        }
    }

    fn provider(&mut self, expression: &Expression) {
        let written = match expression.as_str() {
            Some(text) => Some(text.to_owned()),
            None => expression.as_reference().map(|reference| reference.dotted()),
        };
        if let Some(name) = written.filter(|name| name.contains('.')) {
            self.expression(Kind::Provider, &name, expression.span);
        }
    }

    /// Notes what a reference names. Where only the order is `depended` on, the output behind a call is not looked at, as
    /// Terraform does not either.
    fn reference(&mut self, reference: &Reference, depended: bool) {
        let first = reference.name(0);
        let upto = |name: &Name| Span::new(reference.root.span.start, name.span.end);
        match (reference.root.text.as_str(), first) {
            ("each" | "count" | "path" | "terraform" | "tofu" | "self", _) | (_, None) => {}
            ("var", Some(name)) => self.expression(Kind::Variable, &name.text, upto(name)),
            ("local", Some(name)) => self.expression(Kind::Local, &name.text, upto(name)),
            ("module", Some(name)) => {
                self.expression(Kind::Call, &name.text, upto(name));
                if !depended {
                    self.output(&name.text, &reference.parts[1..]);
                }
            }
            ("resource", Some(name)) => {
                let shifted = Reference {
                    root: name.clone(),
                    parts: reference.parts[1..].to_vec(),
                    span: reference.span,
                };
                self.reference(&shifted, depended);
            }
            (root, Some(_)) => {
                let Some(address) = block::address(reference) else {
                    return;
                };
                let last = reference.name(address.split('.').count() - 2);
                let span = last.map_or(reference.span, upto);
                self.expression(Kind::Resource, &address, span);
                if root == "data" {
                    self.state(reference);
                }
            }
        }
    }

    /// The output that the steps behind a call's name lead to.
    fn output(&mut self, call: &str, steps: &[Part]) {
        let Some(call) = self.module.calls.get(call) else {
            return;
        };
        let steps = match steps.split_first() {
            Some((_, rest)) if call.keyed => rest,
            _ => steps,
        };
        if let Some(Part::Name(output)) = steps.first() {
            let home = call.target.name().to_owned();
            self.push(Kind::Output, &home, &output.text, By::Expression, output.span);
        }
    }

    /// The output of another root that a `terraform_remote_state` leads to.
    fn state(&mut self, reference: &Reference) {
        let [
            Part::Name(kind),
            Part::Name(name),
            Part::Name(outputs),
            Part::Name(output),
            ..,
        ] = reference.parts.as_slice()
        else {
            return;
        };
        if kind.text != "terraform_remote_state" || outputs.text != "outputs" {
            return;
        }
        let Some(state) = self.module.states.get(&name.text) else {
            return;
        };
        let from = self.module.folder;
        let is_here = |module: &&Module<'_>| {
            let backend = module.backend.as_ref();
            backend.is_some_and(|backend| state.is_of(from, backend, module.folder))
        };
        let mut here = self.modules.values().filter(is_here);
        // Where two modules say the same place, nobody here knows whose it is.
        let home = here.next().filter(|_| here.next().is_none());
        let home = home.map_or_else(
            || format!("{}.{}", kind.text, name.text),
            |root| root.folder.to_owned(),
        );
        self.push(Kind::Output, &home, &output.text, By::State, output.span);
    }

    fn calls(&mut self) {
        for call in self.module.calls.values() {
            let Target::Folder(folder) = &call.target else {
                continue;
            };
            if let Some(source) = call.source {
                self.path = source.path;
                self.push(Kind::Folder, "", folder, By::Expression, source.span);
            }
            for (name, place) in &call.arguments {
                self.path = place.path;
                self.push(Kind::Variable, folder, name, By::Argument, place.span);
            }
        }
    }

    fn values(&mut self) {
        for values in self.module.values.iter().filter(|values| values.automatic) {
            for (name, place) in &values.names {
                self.path = place.path;
                self.push(Kind::Variable, self.module.folder, name, By::Value, place.span);
            }
        }
    }

    fn facts(&mut self) {
        for fact in &self.module.facts {
            let (variable, root, output) = (&fact.variable, &fact.root, &fact.output);
            self.path = variable.1.path;
            self.push(
                Kind::Variable,
                self.module.folder,
                &variable.0,
                By::Fact,
                variable.1.span,
            );
            if let Some(folder) = &fact.target {
                self.push(Kind::Folder, "", folder, By::Fact, root.1.span);
                self.push(Kind::Output, folder, &output.0, By::Fact, output.1.span);
            }
        }
    }

    /// A name of this module.
    fn expression(&mut self, kind: Kind, name: &str, span: Span) {
        self.push(kind, self.module.folder, name, By::Expression, span);
    }

    fn push(&mut self, kind: Kind, home: &str, name: &str, by: By, span: Span) {
        let place = Place {
            path: self.path,
            span,
        };
        if self.module.is_overridden(place.path, place.span) {
            return;
        }
        let symbol = Symbol::whole(kind, home, name);
        self.uses.push(Use { symbol, by, place });
    }
}

/// Adds what the facts of clusters refer to.
pub(super) fn of_facts<'a>(facts: &[Fact<'a>], uses: &mut Vec<Use<'a>>) {
    for fact in facts {
        let by = By::Fact;
        let folder = fact.target.as_deref().unwrap_or(&fact.root.0);
        uses.push(Use {
            symbol: Symbol::whole(Kind::Folder, "", folder),
            by,
            place: fact.root.1,
        });
        uses.push(Use {
            symbol: Symbol::whole(Kind::Output, folder, &fact.output.0),
            by,
            place: fact.output.1,
        });
    }
}
