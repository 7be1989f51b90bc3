//! A kustomization file as types. What it says is not looked at beyond its form.

use becket_document::{KeyPath, Kind, Node};
use becket_source::Span;

use crate::codes;
use crate::fields::{Reader, Text};

/// A kustomization or a component, with the places of what names something else.
#[derive(Debug, Default)]
pub(crate) struct Kustomization {
    pub(crate) component: bool,
    /// Whether it says nothing at all.
    pub(crate) empty: bool,
    pub(crate) resources: Vec<Text>,
    pub(crate) components: Vec<Text>,
    pub(crate) namespace: Option<Text>,
    pub(crate) name_prefix: Option<Text>,
    pub(crate) name_suffix: Option<Text>,
    pub(crate) labels: Vec<Labels>,
    pub(crate) common_annotations: Vec<(String, String)>,
    pub(crate) images: Vec<Image>,
    pub(crate) replicas: Vec<Replicas>,
    pub(crate) generators: Vec<Generator>,
    pub(crate) patches: Vec<Patch>,
    pub(crate) order: Order,
}

/// An entry of `labels`.
#[derive(Debug)]
pub(crate) struct Labels {
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) selectors: bool,
    pub(crate) templates: bool,
    pub(crate) claim_templates: bool,
}

/// An entry of `images`.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) at: KeyPath,
    pub(crate) name: String,
    pub(crate) new_name: Option<String>,
    pub(crate) new_tag: Option<String>,
    pub(crate) tag_suffix: Option<String>,
    pub(crate) digest: Option<String>,
}

/// An entry of `replicas`.
#[derive(Debug)]
pub(crate) struct Replicas {
    pub(crate) at: KeyPath,
    pub(crate) span: Span,
    pub(crate) name: String,
    pub(crate) count: i64,
}

/// What a generator does when its resource is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Behavior {
    #[default]
    Create,
    Replace,
    Merge,
}

/// An entry of `configMapGenerator` or `secretGenerator`.
#[derive(Debug)]
pub(crate) struct Generator {
    pub(crate) at: KeyPath,
    pub(crate) span: Span,
    pub(crate) secret: bool,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) behavior: Behavior,
    pub(crate) secret_type: Option<String>,
    pub(crate) literals: Vec<Text>,
    pub(crate) files: Vec<Text>,
    pub(crate) envs: Vec<Text>,
    pub(crate) options: Options,
}

/// `options` of a generator, or `generatorOptions` of all.
#[derive(Debug, Default, Clone)]
pub(crate) struct Options {
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) annotations: Vec<(String, String)>,
    pub(crate) without_hash: bool,
    pub(crate) immutable: bool,
}

/// An entry of `patches`.
#[derive(Debug)]
pub(crate) struct Patch {
    pub(crate) at: KeyPath,
    pub(crate) span: Span,
    pub(crate) path: Option<Text>,
    pub(crate) inline: Option<Text>,
    pub(crate) target: Option<Target>,
    pub(crate) allow_name_change: bool,
    pub(crate) allow_kind_change: bool,
}

/// What a patch is applied to; an absent part fits everything.
#[derive(Debug, Default)]
pub(crate) struct Target {
    pub(crate) group: Option<Text>,
    pub(crate) version: Option<Text>,
    pub(crate) kind: Option<Text>,
    pub(crate) name: Option<Text>,
    pub(crate) namespace: Option<Text>,
    pub(crate) label_selector: Option<Text>,
    pub(crate) annotation_selector: Option<Text>,
}

/// The order of what is built.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// By kind, the given ones or kustomize's own first and last.
    #[default]
    Legacy,
    /// By kind, in this order.
    Kinds { first: Vec<String>, last: Vec<String> },
    /// As the files name them.
    Fifo,
}

const FIELDS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "resources",
    "components",
    "namespace",
    "namePrefix",
    "nameSuffix",
    "labels",
    "commonAnnotations",
    "images",
    "replicas",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "patches",
    "sortOptions",
];

const UNSUPPORTED: &[(&str, &str)] = &[
    ("bases", "list the folders under `resources`"),
    ("buildMetadata", "remove it, or build with kustomize"),
    (
        "commonLabels",
        "write `labels: [{ pairs: { … }, includeSelectors: true }]` instead",
    ),
    ("configurations", "build with kustomize, or patch the fields"),
    (
        "crds",
        "build with kustomize, or list the definitions under `resources`",
    ),
    (
        "generators",
        "use `configMapGenerator` or `secretGenerator`, or build with kustomize",
    ),
    (
        "helmChartInflationGenerator",
        "let Argo CD render the chart as an Application of its own",
    ),
    (
        "helmCharts",
        "let Argo CD render the chart as an Application of its own",
    ),
    (
        "helmGlobals",
        "let Argo CD render the chart as an Application of its own",
    ),
    ("imageTags", "write `images` instead"),
    ("openapi", "build with kustomize, or patch lists by JSON 6902"),
    (
        "patchesJson6902",
        "list each under `patches`, with the same `target`, `path` and `patch`",
    ),
    (
        "patchesStrategicMerge",
        "list each under `patches`, a file as `path:`, a text as `patch:`",
    ),
    ("replacements", "write the value where it is needed, as a patch"),
    (
        "transformers",
        "use the fields of the kustomization file, or build with kustomize",
    ),
    ("validators", "check the built resources instead"),
    ("vars", "write the value where it is needed, as a patch"),
];

/// Reads `node`, the only document of a kustomization file.
pub(crate) fn read(reader: &mut Reader<'_>, node: &Node) -> Kustomization {
    let what = "a kustomization file";
    if reader.mapping(node, what).is_none() {
        return Kustomization::default();
    }
    reader.only(node, what, FIELDS, UNSUPPORTED);
    let component = kind(reader, node);
    let general = options(reader, node.get("generatorOptions"), "`generatorOptions`");
    let mut generators = Vec::new();
    for (field, secret) in [("configMapGenerator", false), ("secretGenerator", true)] {
        for (index, item) in reader
            .items(node.get(field), &format!("`{field}`"))
            .iter()
            .enumerate()
        {
            generators.extend(generator(reader, item, &entry(field, index), secret, &general));
        }
    }
    Kustomization {
        component,
        empty: node
            .entries()
            .iter()
            .all(|entry| matches!(&*entry.name(), "apiVersion" | "kind") || entry.value.kind == Kind::Null),
        resources: reader.texts(node.get("resources"), "`resources`"),
        components: reader.texts(node.get("components"), "`components`"),
        namespace: reader.field(node, "namespace", what),
        name_prefix: reader.field(node, "namePrefix", what),
        name_suffix: reader.field(node, "nameSuffix", what),
        labels: each(reader, node, "labels", |reader, item, _| {
            Some(labels(reader, item))
        }),
        common_annotations: reader.pairs(node.get("commonAnnotations"), "`commonAnnotations`"),
        images: each(reader, node, "images", |reader, item, at| {
            Some(image(reader, item, at))
        }),
        replicas: each(reader, node, "replicas", replicas),
        generators,
        patches: each(reader, node, "patches", |reader, item, at| {
            Some(patch(reader, item, at))
        }),
        order: order(reader, node.get("sortOptions")),
    }
}

fn entry(field: &str, index: usize) -> KeyPath {
    KeyPath::of_keys([field]).index(index)
}

fn each<T>(
    reader: &mut Reader<'_>,
    node: &Node,
    field: &str,
    mut read: impl FnMut(&mut Reader<'_>, &Node, KeyPath) -> Option<T>,
) -> Vec<T> {
    let items = reader.items(node.get(field), &format!("`{field}`"));
    items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| {
            reader.mapping(item, &format!("an entry of `{field}`"))?;
            read(reader, item, entry(field, index))
        })
        .collect()
}

/// Whether it is a component. Checks `apiVersion` and `kind`.
fn kind(reader: &mut Reader<'_>, node: &Node) -> bool {
    let kind = reader.field(node, "kind", "a kustomization file");
    let component = kind.as_ref().is_some_and(|kind| kind.value == "Component");
    if let Some(kind) = kind.filter(|kind| !matches!(kind.value.as_str(), "Kustomization" | "Component")) {
        reader.error(
            codes::FORMAT,
            format!("the kind of a kustomization file is not `{}`", kind.value),
            kind.span,
            "it is `Kustomization`, or `Component` for one that `components` lists",
        );
    }
    let version = if component {
        "kustomize.config.k8s.io/v1alpha1"
    } else {
        "kustomize.config.k8s.io/v1beta1"
    };
    if let Some(found) = reader.field(node, "apiVersion", "a kustomization file")
        && found.value != version
    {
        let kind = if component { "Component" } else { "Kustomization" };
        reader.error(
            codes::FORMAT,
            format!("the apiVersion of a {kind} is not `{}`", found.value),
            found.span,
            format!("write `{version}`"),
        );
    }
    component
}

fn labels(reader: &mut Reader<'_>, node: &Node) -> Labels {
    let what = "an entry of `labels`";
    let known = &[
        "pairs",
        "includeSelectors",
        "includeTemplates",
        "includeVolumeClaimTemplates",
    ];
    reader.only(
        node,
        what,
        known,
        &[(
            "fields",
            "use `includeTemplates` or `includeSelectors`, or patch the fields",
        )],
    );
    Labels {
        pairs: reader.pairs(node.get("pairs"), "`pairs` of an entry of `labels`"),
        selectors: reader.truth(node, "includeSelectors", what),
        templates: reader.truth(node, "includeTemplates", what),
        claim_templates: reader.truth(node, "includeVolumeClaimTemplates", what),
    }
}

fn image(reader: &mut Reader<'_>, node: &Node, at: KeyPath) -> Image {
    let what = "an entry of `images`";
    reader.only(
        node,
        what,
        &["name", "newName", "newTag", "tagSuffix", "digest"],
        &[],
    );
    let mut text = |name| reader.field(node, name, what).map(|text| text.value);
    Image {
        at,
        name: text("name").unwrap_or_default(),
        new_name: text("newName"),
        new_tag: text("newTag"),
        tag_suffix: text("tagSuffix"),
        digest: text("digest"),
    }
}

fn replicas(reader: &mut Reader<'_>, node: &Node, at: KeyPath) -> Option<Replicas> {
    let what = "an entry of `replicas`";
    reader.only(node, what, &["name", "count"], &[]);
    let name = reader
        .field(node, "name", what)
        .map(|name| name.value)
        .unwrap_or_default();
    let count = match node.get("count").filter(|count| count.kind != Kind::Null) {
        None => 0,
        Some(count) => reader.whole(count, "`count` of an entry of `replicas`")?,
    };
    Some(Replicas {
        at,
        span: node.span,
        name,
        count,
    })
}

fn generator(
    reader: &mut Reader<'_>,
    node: &Node,
    at: &KeyPath,
    secret: bool,
    general: &Options,
) -> Option<Generator> {
    let what = if secret {
        "a secretGenerator"
    } else {
        "a configMapGenerator"
    };
    reader.mapping(node, what)?;
    let known = [
        "name",
        "namespace",
        "behavior",
        "literals",
        "files",
        "envs",
        "env",
        "options",
        "type",
    ];
    reader.only(node, what, if secret { &known } else { &known[..8] }, &[]);
    let Some(name) = reader.field(node, "name", what) else {
        reader.error(
            codes::GENERATOR,
            format!("{what} has no name"),
            node.span,
            "add `name:`",
        );
        return None;
    };
    let behavior = match reader.field(node, "behavior", what) {
        None => Behavior::Create,
        Some(text) => match text.value.as_str() {
            "create" => Behavior::Create,
            "replace" => Behavior::Replace,
            "merge" => Behavior::Merge,
            other => {
                reader.error(
                    codes::GENERATOR,
                    format!("`{other}` is no behavior of a generator"),
                    text.span,
                    "write `create`, `replace` or `merge`",
                );
                return None;
            }
        },
    };
    let mut own = options(reader, node.get("options"), &format!("`options` of {what}"));
    for (from, to) in [
        (&general.labels, &mut own.labels),
        (&general.annotations, &mut own.annotations),
    ] {
        for pair in from {
            if !to.iter().any(|(key, _)| *key == pair.0) {
                to.push(pair.clone());
            }
        }
    }
    own.without_hash |= general.without_hash;
    own.immutable |= general.immutable;
    let mut envs = reader.texts(node.get("envs"), "`envs`");
    envs.extend(reader.field(node, "env", what));
    Some(Generator {
        at: at.clone(),
        span: node.span,
        secret,
        name: name.value,
        namespace: reader.field(node, "namespace", what).map(|text| text.value),
        behavior,
        secret_type: reader.field(node, "type", what).map(|text| text.value),
        literals: reader.texts(node.get("literals"), "`literals`"),
        files: reader.texts(node.get("files"), "`files`"),
        envs,
        options: own,
    })
}

fn options(reader: &mut Reader<'_>, node: Option<&Node>, what: &str) -> Options {
    let Some(node) = node.and_then(|node| reader.mapping(node, what)) else {
        return Options::default();
    };
    reader.only(
        node,
        what,
        &["labels", "annotations", "disableNameSuffixHash", "immutable"],
        &[],
    );
    Options {
        labels: reader.pairs(node.get("labels"), &format!("`labels` of {what}")),
        annotations: reader.pairs(node.get("annotations"), &format!("`annotations` of {what}")),
        without_hash: reader.truth(node, "disableNameSuffixHash", what),
        immutable: reader.truth(node, "immutable", what),
    }
}

fn patch(reader: &mut Reader<'_>, node: &Node, at: KeyPath) -> Patch {
    let what = "an entry of `patches`";
    reader.only(node, what, &["path", "patch", "target", "options"], &[]);
    let options = node
        .get("options")
        .and_then(|options| reader.mapping(options, "`options` of a patch"));
    if let Some(options) = options {
        reader.only(
            options,
            "`options` of a patch",
            &["allowNameChange", "allowKindChange"],
            &[],
        );
    }
    let mut allowed =
        |name| options.is_some_and(|options| reader.truth(options, name, "`options` of a patch"));
    let (allow_name_change, allow_kind_change) = (allowed("allowNameChange"), allowed("allowKindChange"));
    Patch {
        at,
        span: node.span,
        path: reader.field(node, "path", what),
        inline: reader
            .field(node, "patch", what)
            .filter(|inline| !inline.value.trim().is_empty()),
        target: node.get("target").and_then(|target| {
            reader.mapping(target, "`target` of a patch")?;
            Some(self::target(reader, target))
        }),
        allow_name_change,
        allow_kind_change,
    }
}

fn target(reader: &mut Reader<'_>, node: &Node) -> Target {
    let what = "`target` of a patch";
    let known = &[
        "group",
        "version",
        "kind",
        "name",
        "namespace",
        "labelSelector",
        "annotationSelector",
    ];
    reader.only(node, what, known, &[]);
    Target {
        group: reader.field(node, "group", what),
        version: reader.field(node, "version", what),
        kind: reader.field(node, "kind", what),
        name: reader.field(node, "name", what),
        namespace: reader.field(node, "namespace", what),
        label_selector: reader.field(node, "labelSelector", what),
        annotation_selector: reader.field(node, "annotationSelector", what),
    }
}

fn order(reader: &mut Reader<'_>, node: Option<&Node>) -> Order {
    let Some(node) = node.and_then(|node| reader.mapping(node, "`sortOptions`")) else {
        return Order::Legacy;
    };
    reader.only(node, "`sortOptions`", &["order", "legacySortOptions"], &[]);
    let legacy = node
        .get("legacySortOptions")
        .and_then(|legacy| reader.mapping(legacy, "`legacySortOptions`"));
    let order = reader.field(node, "order", "`sortOptions`");
    match (order.as_ref().map(|order| order.value.as_str()), legacy) {
        (Some("legacy"), None) => Order::Legacy,
        (Some("legacy"), Some(legacy)) => {
            reader.only(legacy, "`legacySortOptions`", &["orderFirst", "orderLast"], &[]);
            let mut kinds = |name| {
                let texts = reader.texts(legacy.get(name), &format!("`{name}`"));
                texts.into_iter().map(|text| text.value).collect()
            };
            Order::Kinds {
                first: kinds("orderFirst"),
                last: kinds("orderLast"),
            }
        }
        (Some("fifo"), None) => Order::Fifo,
        (Some("fifo"), Some(legacy)) => {
            reader.error(
                codes::FORMAT,
                "`legacySortOptions` stands beside the order `fifo`",
                legacy.span,
                "remove one of the two",
            );
            Order::Fifo
        }
        _ => {
            let span = order.map_or(node.span, |order| order.span);
            reader.error(
                codes::FORMAT,
                "`order` of `sortOptions` is neither fifo nor legacy",
                span,
                "write one of them",
            );
            Order::Legacy
        }
    }
}
