//! Generators and templates of ApplicationSets: the parameters that Argo CD documents, and what nonsense gets for an answer.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::process::Command;

use becket_argocd::expand::{Expansion, expand};
use becket_argocd::{ApplicationSet, Tree, glob};
use becket_source::{Diagnostic, FileSet};

fn files() -> FileSet {
    let mut files = FileSet::new();
    for (path, text) in [
        (
            "apps/My_App/config.json",
            r#"{"asset": {"id": 7, "name": "x"}, "list": ["a", "b"], "big": 1000000}"#,
        ),
        ("apps/orders/config.json", "asset: { id: 8 }\n"),
        (
            "apps/many/config.json",
            "- { asset: { id: 1 } }\n- { asset: { id: 2 } }\n",
        ),
        ("apps/orders/base/deployment.yaml", "kind: Deployment\n"),
        ("apps/.hidden/x/config.txt", ""),
        ("clusters/a/values.yaml", "server: https://a\n"),
        ("clusters/b/values.yaml", "server: https://b\n"),
        ("empty.yaml", "# nothing\n"),
        ("scalar.yaml", "just text\n"),
        ("broken.yaml", "a: [\n"),
    ] {
        files.insert_text(path, text);
    }
    files
}

/// An ApplicationSet with these generators and this template of a name.
fn set(generators: &str, name: &str, rest: &str) -> String {
    let indented = generators.trim_end().replace('\n', "\n    ");
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: test\n  namespace: argocd\nspec:\n  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n{rest}  generators:\n    {indented}\n  template:\n    metadata:\n      name: {name}\n    spec:\n      project: default\n      source:\n        repoURL: https://example.com/r.git\n        path: .\n      destination:\n        server: https://kubernetes.default.svc\n        namespace: x\n"
    )
}

fn run(text: &str) -> Expansion {
    let mut findings = Vec::new();
    let sets = ApplicationSet::read_text("appset.yaml", text, &mut findings);
    let files = files();
    let mut expansion = Expansion {
        findings,
        ..Expansion::default()
    };
    for set in sets {
        let one = expand(&set, "test", &|url, _| {
            (url == "https://example.com/r.git").then_some(&files as &dyn Tree)
        });
        expansion.applications.extend(one.applications);
        expansion.failed.extend(one.failed);
        expansion.withheld.extend(one.withheld);
        expansion.findings.extend(one.findings);
    }
    expansion
}

/// The names of the Applications of a set.
fn names(generators: &str, name: &str) -> Vec<String> {
    let expansion = run(&set(generators, name, ""));
    assert_eq!(expansion.findings, [], "{generators}");
    expansion
        .applications
        .into_iter()
        .map(|application| application.name)
        .collect()
}

/// The one finding of a set: its message, the text at its place, and its remedy.
fn finding(text: &str) -> (String, String, String) {
    let expansion = run(text);
    assert!(
        expansion.applications.is_empty(),
        "a set that fails makes nothing"
    );
    let [found]: [Diagnostic; 1] = expansion
        .findings
        .try_into()
        .unwrap_or_else(|found| panic!("{found:?}"));
    let span = found.place.span.unwrap();
    let at = text[span.start..span.end].to_owned();
    (found.message, at, found.help.join("; "))
}

const GIT: &str = "- git:\n    repoURL: https://example.com/r.git\n";

#[test]
fn a_files_generator_gives_the_documented_parameters() {
    let files = format!("{GIT}    files: [{{ path: apps/My_App/config.json }}]\n");
    for (template, expected) in [
        ("{{ .path.path }}", "apps/My_App"),
        ("{{ .path.basename }}", "My_App"),
        ("{{ .path.basenameNormalized }}", "my-app"),
        ("{{ .path.filename }}", "config.json"),
        ("{{ .path.filenameNormalized }}", "config.json"),
        ("{{ index .path.segments 0 }}-{{ len .path.segments }}", "apps-2"),
        ("{{ .asset.id }}-{{ .asset.name }}", "7-x"),
        ("{{ .list | join \"-\" }}", "a-b"),
        ("{{ .big }}", "1e+06"),
        ("{{ .big | int }}", "1000000"),
        ("{{ normalize \"A_b\" }}", "a-b"),
    ] {
        assert_eq!(names(&files, &format!("'{template}'")), [expected], "{template}");
    }
}

#[test]
fn a_file_may_hold_several_sets_of_parameters_and_none() {
    let files = format!("{GIT}    files: [{{ path: apps/*/config.json }}]\n");
    assert_eq!(
        names(&files, "'{{ .path.basenameNormalized }}-{{ .asset.id }}'"),
        ["many-1", "many-2", "my-app-7", "orders-8"]
    );
    let without =
        format!("{GIT}    files: [{{ path: apps/*/config.json }}, {{ path: apps/many/*, exclude: true }}]\n");
    assert_eq!(names(&without, "'a{{ .asset.id }}'"), ["a7", "a8"]);
    let empty = format!("{GIT}    files: [{{ path: empty.yaml }}]\n");
    assert_eq!(
        names(
            &empty,
            "'{{ .path.path }}-{{ .path.basename }}-{{ .path.filename }}'"
        ),
        [".-.-empty.yaml"]
    );
    let none = format!("{GIT}    files: [{{ path: nope/*.yaml }}]\n");
    assert_eq!(names(&none, "'x'"), Vec::<String>::new());
}

#[test]
fn a_directories_generator_finds_folders_but_hidden_ones() {
    let folders =
        format!("{GIT}    directories: [{{ path: apps/* }}, {{ path: apps/many, exclude: true }}]\n");
    assert_eq!(
        names(&folders, "'{{ .path.basenameNormalized }}'"),
        ["my-app", "orders"]
    );
    let all = format!("{GIT}    directories: [{{ path: '*' }}]\n");
    assert_eq!(names(&all, "'{{ .path.path }}'"), ["apps", "clusters"]);
}

#[test]
fn a_prefix_and_values_are_parameters_too() {
    let prefixed =
        format!("{GIT}    pathParamPrefix: my\n    files: [{{ path: apps/orders/config.json }}]\n");
    assert_eq!(names(&prefixed, "'{{ .my.path.basename }}'"), ["orders"]);
    let values = format!(
        "{GIT}    files: [{{ path: apps/orders/config.json }}]\n    values:\n      name: '{{{{ .path.basename }}}}-{{{{ .asset.id }}}}'\n      plain: \"1\"\n"
    );
    assert_eq!(
        names(&values, "'{{ .values.name }}-{{ .values.plain }}'"),
        ["orders-8-1"]
    );
}

#[test]
fn lists_selectors_and_matrices_combine() {
    let list = "- list:\n    elements: [{ name: a, env: dev }, { name: b, env: qa }]\n    elementsYaml: |\n      - { name: c, env: dev }\n";
    assert_eq!(names(list, "'{{ .name }}'"), ["a", "b", "c"]);
    assert_eq!(
        names(
            &format!("{list}  selector: {{ matchLabels: {{ env: dev }} }}\n"),
            "'{{ .name }}'"
        ),
        ["a", "c"]
    );
    let selected = "  selector: { matchExpressions: [{ key: env, operator: NotIn, values: [dev] }] }\n";
    assert_eq!(names(&format!("{list}{selected}"), "'{{ .name }}'"), ["b"]);
    let matrix = "- matrix:\n    generators:\n      - list:\n          elements: [{ cluster: a }, { cluster: b }]\n      - git:\n          repoURL: https://example.com/r.git\n          files: [{ path: 'clusters/{{ .cluster }}/values.yaml' }]\n          values: { one: '{{ .cluster }}', two: '{{ .path.basename }}' }\n";
    assert_eq!(
        names(
            matrix,
            "'{{ .values.one }}-{{ .values.two }}-{{ .server | trimPrefix \"https://\" }}'"
        ),
        ["a-a-a", "b-b-b"]
    );
}

#[test]
fn a_generators_own_template_fills_in_before_the_sets() {
    let own = "- list:\n    elements: [{ name: a }]\n    template:\n      metadata: { labels: { own: '{{ .name }}' } }\n      spec: { destination: { namespace: other } }\n";
    let expansion = run(&set(own, "'{{ .name }}'", ""));
    let application = &expansion.applications[0];
    assert_eq!(application.labels.get("own").map(String::as_str), Some("a"));
    assert_eq!(application.destination.namespace, "other");
    assert_eq!(application.destination.server, "https://kubernetes.default.svc");
}

#[test]
fn a_template_patch_is_laid_on_the_application() {
    let patch = "  templatePatch: |\n    metadata:\n      annotations: { a: '{{ .name }}' }\n      finalizers: [more]\n    spec:\n      project: never\n      destination: { namespace: null }\n      syncPolicy:\n        {{- if eq .name \"a\" }}\n        automated: { prune: true }\n        {{- end }}\n        syncOptions: [CreateNamespace=true]\n";
    let expansion = run(&set(
        "- list: { elements: [{ name: a }, { name: b }] }\n",
        "'{{ .name }}'",
        patch,
    ));
    assert_eq!(expansion.findings, []);
    let [a, b] = expansion.applications.as_slice() else {
        panic!()
    };
    assert_eq!(a.annotations.get("a").map(String::as_str), Some("a"));
    assert_eq!(a.finalizers, ["more", "resources-finalizer.argocd.argoproj.io"]);
    assert_eq!(
        (a.project.as_str(), a.destination.namespace.as_str()),
        ("default", "")
    );
    assert!(a.sync.automated.is_some() && b.sync.automated.is_none());
    assert!(b.sync.has("CreateNamespace"));
}

#[test]
fn what_fails_says_where_and_what_to_do() {
    let git = format!("{GIT}    files: [{{ path: apps/orders/config.json }}]\n");
    let (message, at, _) = finding(&set(&git, "'{{ .path.basname }}'", ""));
    assert_eq!(
        message,
        "ApplicationSet `test`: map has no entry for key \"basname\" in `{{ .path.basname }}`"
    );
    assert_eq!(at, "'{{ .path.basname }}'");
    let help = |text: &str| finding(text).2;
    assert_eq!(
        help(&set(&git, "'{{ .path.basname }}'", "")),
        "did you mean `basename`?"
    );

    let labels = "x\n      labels:\n        '{{ .path.basname }}': '{{ .path.basename }}'";
    let (message, at, help) = finding(&set(&git, labels, ""));
    assert_eq!(
        message,
        "ApplicationSet `test`: map has no entry for key \"basname\" in `{{ .path.basname }}`"
    );
    assert_eq!(
        (at.as_str(), help.as_str()),
        ("'{{ .path.basname }}'", "did you mean `basename`?")
    );
    let (message, at, _) =
        finding(&set(&git, &labels.replace(".path.basname", ".path"), "").replace("{{ .path }}", "{{ if }}"));
    assert!(message.ends_with("in `{{ if }}`"), "{message}");
    assert_eq!(at, "'{{ if }}'");

    let (message, at, help) = finding(&set("- clusters: {}\n", "x", ""));
    assert_eq!(
        message,
        "ApplicationSet `test`: the generator `clusters` is not supported"
    );
    assert_eq!(at, "{}");
    assert!(help.contains("`list`"), "{help}");

    let (message, _, help) = finding(&set("- gti: {}\n", "x", ""));
    assert_eq!(message, "ApplicationSet `test`: there is no generator `gti`");
    assert_eq!(help, "did you mean `git`?");

    let old = set(&git, "'{{path.basename}}'", "").replace("goTemplate: true", "goTemplate: false");
    let (message, at, help) = finding(&old);
    assert!(message.contains("old templates"), "{message}");
    assert_eq!(at, "false");
    assert!(help.contains("set `goTemplate: true`"), "{help}");

    let (message, _, help) = finding(&set(&git, "same", "").replace("orders/config", "*/config"));
    assert_eq!(
        message,
        "ApplicationSet `test`: it makes 4 Applications with the name `same`"
    );
    assert!(help.contains("`*` matches `/` too"), "{help}");

    let (message, at, _) = finding(&set(&git, "x", "").replace(
        "repoURL: https://example.com/r.git\n        files",
        "repoURL: https://example.com/q.git\n        files",
    ));
    assert!(message.contains("has no revision"), "{message}");
    assert_eq!(at, "https://example.com/q.git");

    let (message, _, _) = finding(&set(
        &format!("{GIT}    files: [{{ path: scalar.yaml }}]\n"),
        "x",
        "",
    ));
    assert!(
        message.contains("`scalar.yaml`") && message.contains("no keys with values"),
        "{message}"
    );
    let (message, _, _) = finding(&set(
        &format!("{GIT}    files: [{{ path: broken.yaml }}]\n"),
        "x",
        "",
    ));
    assert!(message.contains("`broken.yaml`"), "{message}");

    let (message, at, help) = finding(&set(&git, "x", "  templatePath: y\n"));
    assert!(message.contains("`spec.templatePath` is no field"), "{message}");
    assert_eq!(
        (at.as_str(), help.as_str()),
        ("y", "did you mean `templatePatch`?")
    );

    let (message, _, help) = finding(&set(
        &git,
        "x",
        "  syncPolicy: { applicationsSync: create-upate }\n",
    ));
    assert!(message.contains("`create-upate` is no policy"), "{message}");
    assert!(help.contains("create-update"), "{help}");

    let (message, _, _) = finding(&set("- {}\n", "x", ""));
    assert!(message.contains("a generator is empty"), "{message}");
    let (message, _, _) = finding(&set("- list: { elements: [text] }\n", "x", ""));
    assert!(message.contains("must hold keys with values"), "{message}");
    let (message, at, _) = finding(&set(&git, "'{{ .path.basename | uper }}'", ""));
    assert!(message.contains("there is no function `uper`"), "{message}");
    assert_eq!(at, "'{{ .path.basename | uper }}'");
}

#[test]
fn files_are_found_as_git_finds_them() {
    let paths = [
        "a.yaml",
        "apps/a/x.yaml",
        "apps/a/b/x.yaml",
        "apps/a/b/c/x.yaml",
        "apps/ab/y.json",
        "apps/[x]/z",
        "apps/q?/z",
        "lib/deep/er/x.yaml",
        "with space/x.yaml",
        ".hidden/x.yaml",
        "apps/.hidden/x.yaml",
        "UPPER/x.yaml",
        "apps/a/release/kustomization.yaml",
    ];
    let patterns = [
        "*",
        "*.yaml",
        "apps/*/x.yaml",
        "apps/*",
        "apps",
        "apps/",
        "apps/a",
        "apps/**/x.yaml",
        "**/x.yaml",
        "apps/?/x.yaml",
        "apps/a?/*",
        "apps/[ab]/x.yaml",
        "apps/[!a]*/*",
        "apps/[^a]*",
        "*/x.yaml",
        "a.yaml",
        "lib/*/x.yaml",
        "*.json",
        "nope",
        "x.yaml",
        "*er*",
        "apps/\\[x\\]/z",
        "apps/a*/release/kustomization.yaml",
        "./apps/a/x.yaml",
        "upper/*",
        "with space/*",
        "*/.hidden/*",
        "apps/[a-c]*/*.yaml",
        "**",
        "a*",
        "apps/*/*/x.yaml",
    ];
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        Command::new("git")
            .args(arguments)
            .current_dir(folder.path())
            .output()
    };
    if !git(&["init", "-q"]).is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "git is missing");
        println!("not judged: patterns of files against git: there is no git on PATH");
        return;
    }
    for path in paths {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    assert!(git(&["add", "-A", "-f"]).unwrap().status.success());
    for pattern in patterns {
        let output = git(&["ls-files", "--full-name", "-z", "--", pattern]).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let theirs: Vec<&str> = text.split('\0').filter(|path| !path.is_empty()).collect();
        let mut ours: Vec<&str> = paths
            .into_iter()
            .filter(|path| glob::matches_file(pattern, path))
            .collect();
        ours.sort_unstable();
        assert_eq!(ours, theirs, "{pattern}");
    }
}

/// What a real Argo CD 3.5.7 made of the same files.
#[test]
fn parameters_print_as_in_argo_cd() {
    let all = "'{{ .path.path }}|{{ .path.basename }}|{{ .path.filename }}|{{ .path.segments }}|{{ .big }}|{{ .list }}|{{ .values.v }}|{{ .asset }}|{{ toJson .asset }}'";
    let files = format!(
        "{GIT}    files: [{{ path: apps/My_App/config.json }}]\n    values: {{ v: '{{{{ .path.basename }}}}-{{{{ .asset.id }}}}' }}\n"
    );
    assert_eq!(
        names(&files, all),
        [
            "apps/My_App|My_App|config.json|[apps My_App]|1e+06|[a b]|My_App-7|map[id:7 name:x]|{\"id\":7,\"name\":\"x\"}"
        ]
    );
    let folders = format!("{GIT}    directories: [{{ path: 'apps/My*' }}]\n");
    assert_eq!(
        names(&folders, "'{{ .path }}'"),
        ["map[basename:My_App basenameNormalized:my-app path:apps/My_App segments:[apps My_App]]"]
    );
    // To YAML 1.1, which Kubernetes reads, the key `n` is a boolean.
    let list = "- list: { elements: [{ n: one }] }\n";
    let lenient =
        set(list, "'x-{{ .n }}-{{ .false }}'", "").replace("missingkey=error", "missingkey=default");
    assert_eq!(run(&lenient).applications[0].name, "x-<no value>-one");
}

#[test]
fn one_parameter_that_fails_stops_all_and_two_of_one_name_only_each_other() {
    let elements = "- list: { elements: [{ name: good, ok: \"1\" }, { name: bad }] }\n";
    let expansion = run(&set(elements, "'mixed-{{ .name }}-{{ .ok }}'", ""));
    assert_eq!(expansion.applications, []);
    let why = &expansion.failed["test"];
    assert!(why[0].contains("map has no entry for key \"ok\""), "{why:?}");
    let elements = "- list: { elements: [{ name: one }, { name: same }, { name: same }] }\n";
    let expansion = run(&set(elements, "'x-{{ .name }}'", ""));
    assert_eq!(
        expansion
            .applications
            .iter()
            .map(|app| app.name.as_str())
            .collect::<Vec<_>>(),
        ["x-one"]
    );
    assert_eq!(expansion.failed.len(), 0);
    assert_eq!(expansion.withheld.keys().collect::<Vec<_>>(), ["x-same"]);
    assert_eq!(expansion.findings.len(), 1);
}
