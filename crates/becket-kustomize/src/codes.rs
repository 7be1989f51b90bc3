//! The codes of what a build finds, each with what it means, why it matters and what to do; `explain` shows them.

use becket_source::Rule;

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

/// What a build finds, by code.
pub const RULES: &[Rule] = &[
    Rule::error(
        KUSTOMIZATION,
        "a folder has no kustomization file, or more than one",
        "## What\n\nA folder that is built, or that another one names, holds none of `kustomization.yaml`, `kustomization.yml` and `Kustomization`, or several of them.\n\n\
         ## Why\n\nkustomize refuses to choose, and Argo CD reports a ComparisonError: nothing of the folder is deployed.\n\n\
         ## What to do\n\nKeep one of them; `kustomization.yaml` is the usual name.\n",
    ),
    Rule::error(
        FORMAT,
        "a file is not what its format asks for",
        "## What\n\nA file is no YAML, or a field of a kustomization file has a value of the wrong kind.\n\n\
         ## Why\n\nThe folder does not build, and with it every folder that names it.\n\n\
         ## What to do\n\nMend the value at the place shown.\n",
    ),
    Rule::error(
        UNKNOWN_FIELD,
        "a kustomization file has a field that kustomize does not know",
        "## What\n\nA field is misspelt, or stands at the wrong place.\n\n\
         ## Why\n\nkustomize refuses the file.\n\n\
         ## What to do\n\nMend the name; where one is near, it is suggested.\n",
    ),
    Rule::error(
        UNSUPPORTED_FIELD,
        "a kustomization file has a field that Becket does not carry out",
        "## What\n\nThe field is kustomize's own, and building in process does not have it: it is deprecated there, or needs what is not in the repository.\n\n\
         ## Why\n\nLeaving it out in silence would show something else than what the cluster runs.\n\n\
         ## What to do\n\nUse what the finding names instead; where there is nothing, keep the folder out of what Becket builds.\n",
    ),
    Rule::error(
        MISSING,
        "a kustomization file names a file or folder that is not there",
        "## What\n\nAn entry of `resources`, `components`, `patches` or a generator leads nowhere.\n\n\
         ## Why\n\nThe folder does not build.\n\n\
         ## What to do\n\nMend the path, or add the file.\n",
    ),
    Rule::error(
        OUTSIDE,
        "a kustomization file names a path that kustomize may not read from there",
        "## What\n\nA file outside the folder is named. Only folders may lie outside.\n\n\
         ## Why\n\nkustomize refuses it, so that a base cannot read what it was not given.\n\n\
         ## What to do\n\nMove the file into the folder, or make the place it lies in a base of its own.\n",
    ),
    Rule::error(
        CYCLE,
        "kustomization folders use each other",
        "## What\n\nFollowing `resources` and `components` leads back to the folder that began.\n\n\
         ## Why\n\nkustomize refuses it; there is nothing to start from.\n\n\
         ## What to do\n\nTake one of the references out.\n",
    ),
    Rule::error(
        REMOTE,
        "a kustomization file names something on another machine",
        "## What\n\nAn entry is a URL.\n\n\
         ## Why\n\nWhat it is can change without a commit, and nobody here can check it.\n\n\
         ## What to do\n\nCopy it into the repository, pinned, and name the folder.\n",
    ),
    Rule::error(
        TWICE,
        "two resources have one kind, name and namespace",
        "## What\n\nTwo documents, or a document and a generator, make the same object.\n\n\
         ## Why\n\nOnly one could be applied; kustomize refuses to choose.\n\n\
         ## What to do\n\nTake one out, or turn it into a patch of the other.\n",
    ),
    Rule::error(
        RESOURCE,
        "a document is no Kubernetes resource",
        "## What\n\nA document has no `apiVersion`, `kind` or `metadata.name`.\n\n\
         ## Why\n\nThere is nothing that could be applied.\n\n\
         ## What to do\n\nAdd what is missing, or take the file out of `resources`.\n",
    ),
    Rule::error(
        GENERATOR,
        "a generator cannot make its ConfigMap or Secret",
        "## What\n\nA literal has no `=`, a key stands twice, or `behavior` asks to merge into what is not there.\n\n\
         ## Why\n\nThe folder does not build.\n\n\
         ## What to do\n\nMend the entry at the place shown.\n",
    ),
    Rule::error(
        PATCH,
        "a patch cannot be applied",
        "## What\n\nA patch is no patch, changes what is not there, or tests for what is not so.\n\n\
         ## Why\n\nThe folder does not build.\n\n\
         ## What to do\n\nMend the path or the operation; look at the object with `becket kustomize build` without the patch.\n",
    ),
    Rule::error(
        NO_TARGET,
        "an entry is about a resource that the folder does not have",
        "## What\n\nA patch, or an entry of `replicas`, names an object which is not among the resources.\n\n\
         ## Why\n\nkustomize refuses it where it cannot be meant; what it would change stays as it is.\n\n\
         ## What to do\n\nMend the name, kind or namespace.\n",
    ),
    Rule::error(
        AMBIGUOUS,
        "a name could refer to several resources",
        "## What\n\nA reference fits more than one resource after names were changed.\n\n\
         ## Why\n\nkustomize does not guess.\n\n\
         ## What to do\n\nName the namespace in the reference, or give the resources different names.\n",
    ),
];
