//! Gathers what one object refers to.

use becket_document::KeyPath;

use super::address;
use crate::symbol::{At, Kind, Reference, Symbol};

/// What one object refers to, as it is found.
pub(crate) struct Collector<'a> {
    namespace: &'a str,
    object: usize,
    references: &'a mut Vec<Reference>,
}

impl<'a> Collector<'a> {
    /// For the object at `object` of its scope, which is in `namespace`.
    pub(super) fn new(namespace: &'a str, object: usize, references: &'a mut Vec<Reference>) -> Self {
        Self {
            namespace,
            object,
            references,
        }
    }

    /// A name, or a part of it, in this object's namespace.
    pub(super) fn name(&mut self, kind: Kind, name: &str, part: Option<&str>, path: KeyPath, optional: bool) {
        let symbol = Symbol {
            kind,
            home: self.namespace.to_owned(),
            name: name.to_owned(),
            part: part.map(str::to_owned),
        };
        self.push(symbol, path, optional, false);
    }

    /// A Service and its port, which the mapping at `path` names.
    pub(super) fn service(&mut self, namespace: Option<&str>, name: &str, port: Option<u64>, path: &KeyPath) {
        let service = Symbol {
            kind: Kind::Service,
            home: namespace.unwrap_or(self.namespace).to_owned(),
            name: name.to_owned(),
            part: None,
        };
        self.push(service.clone(), path.key("name"), false, false);
        if let Some(port) = port {
            let port = Symbol {
                part: Some(port.to_string()),
                ..service
            };
            self.push(port, path.key("port"), false, false);
        }
    }

    /// The Service that `text` is the address of, if it is one.
    pub(super) fn address(&mut self, text: &str, path: KeyPath) {
        let Some(address) = address::read(text, self.namespace) else {
            return;
        };
        let symbol = Symbol {
            kind: Kind::Service,
            home: address.namespace,
            name: address.service,
            part: address.port.map(|port| port.to_string()),
        };
        self.push(symbol, path, false, true);
    }

    fn push(&mut self, symbol: Symbol, path: KeyPath, optional: bool, address: bool) {
        let at = At {
            object: self.object,
            path,
        };
        self.references.push(Reference {
            symbol,
            at,
            optional,
            address,
        });
    }
}
