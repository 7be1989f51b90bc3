//! No template panics, hangs or exhausts the machine; what is too much is an error with a place.

#![expect(clippy::unwrap_used, reason = "a test")]

use becket_gotemplate::{Error, Library, MissingKey, Options, Templates, render};
use proptest::prelude::*;
use serde_json::{Value, json};

fn data() -> Value {
    json!({"a": 1, "b": "text", "l": [1, "x", null], "m": {"x": {"y": null}}, "n": null, "t": true})
}

fn helm(text: &str) -> Result<String, Error> {
    render(text, &data(), Options::default())
}

fn refused(text: &str) -> String {
    helm(text).unwrap_err().message
}

#[test]
fn a_template_that_calls_itself_for_ever_is_stopped() {
    assert!(
        refused("{{define \"t\"}}{{template \"t\" .}}{{end}}{{template \"t\" .}}").contains("nest deeper")
    );
    assert!(refused("{{define \"t\"}}{{include \"t\" .}}{{end}}{{include \"t\" .}}").contains("nest deeper"));
    assert!(refused("{{define \"t\"}}{{if true}}{{with .}}{{range list 1}}{{(include \"t\" .)}}{{end}}{{end}}{{end}}{{end}}{{include \"t\" .}}").contains("nest deeper"));
    assert!(refused("{{$t := \"{{ tpl . . }}\"}}{{tpl $t $t}}").contains("nest deeper"));
}

#[test]
fn what_grows_without_end_is_stopped() {
    assert!(refused("{{range until 1000000}}{{range until 1000000}}x{{end}}{{end}}").contains("more than"));
    assert!(refused("{{$s := \"x\"}}{{range until 40}}{{$s = print $s $s}}{{end}}{{$s}}").contains("MiB"));
    assert!(refused("{{repeat 999999999 \"x\"}}").contains("longer than"));
    assert!(refused("{{until 999999999}}").contains("more than"));
    assert!(refused("{{printf \"%999999d\" 1 | repeat 100}}").contains("longer than"));
    assert!(refused("{{$l := list 1}}{{range until 40}}{{$l = concat $l $l}}{{end}}").contains("more than"));
    assert!(
        refused("{{$l := list 1}}{{range until 60}}{{$l = list $l $l}}{{end}}{{toJson $l}}")
            .contains("too large")
    );
    assert!(refused("{{$d := dict}}{{$_ := set $d \"self\" $d}}{{toYaml $d}}").contains("refers to itself"));
}

#[test]
fn work_that_is_done_again_and_again_is_stopped() {
    let big = "{{$l := list 1}}{{range until 16}}{{$l = concat $l $l}}{{end}}";
    assert!(
        refused(&format!(
            "{big}{{{{range until 100000}}}}{{{{$_ := deepEqual $l $l}}}}{{{{end}}}}"
        ))
        .contains("steps")
    );
    assert!(refused(&format!("{big}{{{{$_ := uniq $l}}}}")).contains("steps"));
    assert!(
        refused(&format!(
            "{big}{{{{range until 100000}}}}{{{{$_ := toJson $l}}}}{{{{end}}}}"
        ))
        .contains("steps")
    );
    let long = "{{$s := repeat 10000000 \"x\"}}";
    assert!(
        refused(&format!(
            "{long}{{{{range until 100000}}}}{{{{$_ := sha256sum $s}}}}{{{{end}}}}"
        ))
        .contains("steps")
    );
}

#[test]
fn values_that_nest_deeply_or_refer_to_themselves_do_no_harm() {
    assert_eq!(
        helm("{{$l := list}}{{range until 200000}}{{$l = list $l}}{{end}}done").unwrap(),
        "done"
    );
    let text = helm("{{$d := dict}}{{$_ := set $d \"self\" $d}}{{print $d | len}}").unwrap();
    assert!(text.parse::<usize>().unwrap() > 100);
    helm("{{$l := list 1}}{{range until 60}}{{$l = list $l $l}}{{end}}{{print $l | len}}").unwrap_err();
    helm("{{$d := dict}}{{$_ := set $d \"self\" $d}}{{merge $d (dict \"self\" $d)}}").ok();
}

#[test]
fn nesting_in_the_text_is_bounded() {
    let parens = format!("{{{{{}1{}}}}}", "(".repeat(5000), ")".repeat(5000));
    assert!(refused(&parens).contains("nested deeper"));
    let blocks = format!("{}{}", "{{if true}}".repeat(5000), "{{end}}".repeat(5000));
    assert!(refused(&blocks).contains("nested deeper"));
    let chain = format!("{{{{if false}}}}{}{{{{end}}}}", "{{else if false}}".repeat(5000));
    assert!(refused(&chain).contains("nested deeper"));
}

#[test]
fn errors_have_a_place_and_a_remedy() {
    let text = "name: {{ .b | uper }}";
    let error = helm(text).unwrap_err();
    assert_eq!(error.message, "there is no function `uper`");
    assert_eq!(error.help.as_deref(), Some("did you mean `upper`?"));
    assert_eq!(&text[error.span.start..error.span.end], "uper");

    let text = "{{ $name := .b }}{{ $nmae }}";
    let error = helm(text).unwrap_err();
    assert_eq!(error.help.as_deref(), Some("did you mean `$name`?"));

    let text = "{{ if eq .a 1 }}x{{ end }}";
    let error = helm(text).unwrap_err();
    assert!(error.help.unwrap().contains("convert one with `int`"));
    assert_eq!(&text[error.span.start..error.span.end], "eq .a 1");

    let error = helm("{{ now }}").unwrap_err();
    assert!(error.message.contains("time of day"), "{}", error.message);

    let text = "{{ if .a }}\n  x\n";
    let error = helm(text).unwrap_err();
    assert_eq!(error.message, "this `if` has no `{{end}}`");
    assert_eq!(&text[error.span.start..error.span.end], "if");
}

#[test]
fn an_error_within_an_include_tells_who_included_it() {
    let mut templates = Templates::new(Options {
        library: Library::Helm,
        missing_key: MissingKey::Zero,
    });
    templates
        .add("_helpers.tpl", "{{define \"name\"}}{{ .m.q.z }}{{end}}")
        .unwrap();
    templates
        .add("app.yaml", "name: {{ include \"name\" . }}")
        .unwrap();
    let error = templates.render("app.yaml", &data()).unwrap().unwrap_err();
    assert_eq!(error.template, "_helpers.tpl");
    assert_eq!(error.via.len(), 1);
    assert_eq!(error.via[0].0, "app.yaml");
    let finding = error.diagnostic("BK0350", "templates/_helpers.tpl");
    assert_eq!(finding.place.path, "templates/_helpers.tpl");
    assert_eq!(finding.related[0].path, "app.yaml");
}

/// Pieces of which templates are made, so that many of them are nearly right.
const PIECES: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    " ",
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "block",
    "break",
    "\"t\"",
    ".a",
    ".b",
    ".l",
    ".m.x",
    "$",
    "$x",
    ":=",
    "=",
    ",",
    "|",
    "(",
    ")",
    "1",
    "-2",
    "1.5",
    "nil",
    "true",
    "print",
    "printf",
    "\"%d%s%*v\"",
    "index",
    "slice",
    "substr",
    "trunc",
    "until",
    "list",
    "dict",
    "set",
    "merge",
    "toYaml",
    "toJson",
    "fromYaml",
    "include",
    "tpl",
    "nindent",
    "default",
    "regexReplaceAll",
    "\"[\"",
    "semverCompare",
    "splitList",
    "dig",
    "/*",
    "*/",
    "text",
    "é",
    "'a'",
    "`raw`",
    "{{range $i, $e := .l}}",
    "{{end}}",
    "{{if .t}}",
    "abbrev",
    "wrap",
    "wrapWith",
    "chunk",
    "untilStep",
    "seq",
    "round",
    "div",
    "mod",
    "b64dec",
    "splitn",
    "substr",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in ".{0,80}") {
        helm(&text).ok();
        helm(&format!("{{{{{text}}}}}")).ok();
    }

    #[test]
    fn no_nearly_right_text_panics(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24), library in 0usize..3) {
        let library = [Library::Go, Library::Helm, Library::ArgoCd][library];
        for joint in ["", " "] {
            let text = pieces.join(joint);
            for missing_key in [MissingKey::Default, MissingKey::Zero, MissingKey::Error] {
                render(&text, &data(), Options { library, missing_key }).ok();
                render(&format!("{{{{{text}}}}}"), &data(), Options { library, missing_key }).ok();
            }
        }
    }

    #[test]
    fn functions_take_any_arguments(
        function in prop::sample::select(&["abbrev", "abbrevboth", "trunc", "substr", "repeat", "indent", "nindent", "wrap", "wrapWith", "splitn", "until", "untilStep", "seq", "chunk", "slice", "mustSlice", "index", "printf", "print", "round", "div", "mod", "mul", "add", "sub", "dig", "merge", "set", "get", "pick", "omit", "join", "has", "first", "rest", "initial", "semver", "semverCompare", "regexFind", "regexSplit", "regexReplaceAll", "b64dec", "b32enc", "fromYaml", "fromJson", "toYaml", "toPrettyJson", "ternary", "title", "snakecase", "camelcase", "kebabcase", "untitle", "swapcase", "initials", "dir", "base", "clean", "ext", "plural", "toDecimal", "atoi", "int", "float64", "len", "eq", "lt", "html", "js", "urlquery", "quote", "cat", "deepCopy", "sortAlpha", "uniq", "without", "concat", "adler32sum", "tpl", "include", "required", "lookup", "max", "divf", "ceil"][..]),
        arguments in prop::collection::vec(prop::sample::select(&["1", "-1", "0", "3", "9223372036854775807", "-9223372036854775808", "1.5", "1e300", "\"\"", "\"a b\"", "\"héllo\"", "\"1.2.3-x\"", "\"[\"", "\"%5.3s%q%[9]d\"", "nil", "true", ".l", ".m", ".n", ".b", ".nope", "(list)", "(dict)", "(split \"a\" \"bab\")", "(until 3)", "(semver \"1.2.3\")"][..]), 0..5),
    ) {
        helm(&format!("{{{{ {function} {} }}}}", arguments.join(" "))).ok();
    }
}
