//! The codes of what a build finds, each with what it means; `explain` shows them.

/// No kustomization file, or more than one.
pub(crate) const KUSTOMIZATION: &str = "BK0401";
/// A file is not what its format asks for.
pub(crate) const FORMAT: &str = "BK0402";
/// A field that no version of the format has.
pub(crate) const UNKNOWN_FIELD: &str = "BK0403";
/// A field that kustomize has and this build does not.
pub(crate) const UNSUPPORTED_FIELD: &str = "BK0404";
/// A file or folder that is not there.
pub(crate) const MISSING: &str = "BK0405";
/// A path that leaves the folder that kustomize may read.
pub(crate) const OUTSIDE: &str = "BK0406";
/// Folders that use each other.
pub(crate) const CYCLE: &str = "BK0407";
/// A resource, component or file that lies on another machine.
pub(crate) const REMOTE: &str = "BK0408";
/// Two resources that are the same to Kubernetes.
pub(crate) const TWICE: &str = "BK0409";
/// A document that is no resource.
pub(crate) const RESOURCE: &str = "BK0410";
/// A generator that cannot make its resource.
pub(crate) const GENERATOR: &str = "BK0411";
/// A patch that cannot be applied.
pub(crate) const PATCH: &str = "BK0412";
/// An entry that is about a resource which is not there.
pub(crate) const NO_TARGET: &str = "BK0413";
/// A reference that several resources could be meant by.
pub(crate) const AMBIGUOUS: &str = "BK0414";

/// Every code of this crate, with its meaning in a phrase.
pub const CODES: &[(&str, &str)] = &[
    (
        KUSTOMIZATION,
        "a folder has no kustomization file, or more than one",
    ),
    (FORMAT, "a file is not what its format asks for"),
    (
        UNKNOWN_FIELD,
        "a kustomization file has a field that kustomize does not know",
    ),
    (
        UNSUPPORTED_FIELD,
        "a kustomization file has a field that Becket does not carry out",
    ),
    (
        MISSING,
        "a kustomization file names a file or folder that is not there",
    ),
    (
        OUTSIDE,
        "a kustomization file names a path that kustomize may not read from there",
    ),
    (CYCLE, "kustomization folders use each other"),
    (REMOTE, "a kustomization file names something on another machine"),
    (TWICE, "two resources have one kind, name and namespace"),
    (RESOURCE, "a document is no Kubernetes resource"),
    (GENERATOR, "a generator cannot make its ConfigMap or Secret"),
    (PATCH, "a patch cannot be applied"),
    (
        NO_TARGET,
        "an entry is about a resource that the folder does not have",
    ),
    (AMBIGUOUS, "a name could refer to several resources"),
];
