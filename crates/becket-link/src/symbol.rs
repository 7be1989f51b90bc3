//! Names that one file defines and others refer to.

use std::fmt;

use becket_document::KeyPath;
use becket_source::{Location, Span};

/// What sort of thing a symbol names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A `ConfigMap`.
    ConfigMap,
    /// A `Secret`.
    Secret,
    /// A `Service`.
    Service,
    /// A folder of Terraform files: a root, or a module that others call.
    Folder,
    /// A variable of a Terraform module.
    Variable,
    /// A local value of a Terraform module.
    Local,
    /// A resource or data source of a Terraform module, by its address: `aws_vpc.this`, `data.aws_ami.node`.
    Resource,
    /// A call of a module.
    Call,
    /// An output of a Terraform module.
    Output,
    /// A provider configuration with an alias: `aws.replica`.
    Provider,
    /// A role of Ansible.
    Role,
    /// A file of tasks, or a playbook, that another one includes.
    TasksFile,
    /// A template of Ansible.
    Template,
    /// A file that Ansible copies.
    File,
    /// A handler of Ansible.
    Handler,
    /// An argument that a role of Ansible requires.
    Argument,
    /// A group of an inventory, or a host.
    HostGroup,
    /// An action of the same repository.
    Action,
    /// A workflow of the same repository that others call.
    Workflow,
    /// An input of an action or workflow.
    Input,
    /// A file or folder that a workflow names.
    Path,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
            Self::Service => "Service",
            Self::Folder => "folder",
            Self::Variable => "variable",
            Self::Local => "local",
            Self::Resource => "resource",
            Self::Call => "module",
            Self::Output => "output",
            Self::Provider => "provider configuration",
            Self::Role => "role",
            Self::TasksFile => "tasks",
            Self::Template => "template",
            Self::File => "file",
            Self::Handler => "handler",
            Self::Argument => "argument",
            Self::HostGroup => "group of hosts",
            Self::Action => "action",
            Self::Workflow => "workflow",
            Self::Input => "input",
            Self::Path => "path",
        })
    }
}

/// A name, or a part of what it names: a key, a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol {
    /// What sort of thing it is.
    pub kind: Kind,
    /// Where it is looked for: a namespace, the folder of a Terraform module or what names one elsewhere. Empty for
    /// candidates, which have no namespace yet.
    pub home: String,
    /// The name.
    pub name: String,
    /// A key of a `ConfigMap` or `Secret`, a port of a `Service` by number or name.
    pub part: Option<String>,
}

impl Symbol {
    /// The name as a whole.
    pub(crate) fn whole(kind: Kind, home: &str, name: &str) -> Self {
        Self {
            kind,
            home: home.to_owned(),
            name: name.to_owned(),
            part: None,
        }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.name)?;
        if let Some(part) = &self.part {
            let what = if self.kind == Kind::Service { "port" } else { "key" };
            write!(f, ", {what} `{part}`")?;
        }
        if self.kind == Kind::Output {
            write!(f, " of `{}`", self.home)?;
        }
        Ok(())
    }
}

/// A place in an object, found in a file only when it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At {
    /// The object's index in its scope.
    pub(crate) object: usize,
    /// Where in the object.
    pub(crate) path: KeyPath,
}

/// A use of a symbol in an object that a build made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) symbol: Symbol,
    pub(crate) at: At,
    /// Whether it is allowed to be missing.
    pub(crate) optional: bool,
    /// Whether the place is an address such as `http://catalog:8080`.
    pub(crate) address: bool,
}

/// A place in a file that is read as it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a str,
    pub(crate) span: Span,
}

impl Place<'_> {
    pub(crate) fn location(&self) -> Location {
        Location::new(self.path, self.span)
    }
}

/// A use of a symbol in a file that is read as it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use<'a> {
    pub(crate) symbol: Symbol,
    pub(crate) by: By,
    pub(crate) place: Place<'a>,
}

/// What uses a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// An expression: `var.region`.
    Expression,
    /// An argument of a call of a module.
    Argument,
    /// A value in a `.tfvars` file.
    Value,
    /// A fact: a line of `facts.yaml`.
    Fact,
    /// An expression that reads the state of another root.
    State,
    /// What is not Terraform: a test in Go, a script, a workflow.
    Elsewhere,
}

/// How a reference came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// Something that was read defines it.
    Defined,
    /// All who could define it were read, and none does.
    Undefined,
    /// Someone unread might define it.
    Unknown,
}
