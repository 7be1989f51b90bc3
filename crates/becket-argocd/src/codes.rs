//! The codes of findings about Argo CD's files, and what there is to say about each.

use becket_source::{Level, Rule};

/// A chart cannot be read or rendered.
pub const CHART: &str = becket_gotemplate::chart::CODE;
/// A file or object of Argo CD cannot be read.
pub const UNREADABLE: &str = "BK0351";
/// A part of Argo CD that Becket does not carry out.
pub const UNSUPPORTED: &str = "BK0352";
/// A template of an ApplicationSet fails.
pub const TEMPLATE: &str = "BK0353";
/// Two Applications have one name.
pub const DUPLICATE: &str = "BK0354";
/// A project does not exist or does not permit what an Application asks for.
pub const PROJECT: &str = "BK0355";
/// A generator reads a repository or file that cannot be read.
pub const GENERATOR: &str = "BK0356";

const fn rule(code: &'static str, title: &'static str, documentation: &'static str) -> Rule {
    Rule {
        code,
        level: Level::Error,
        title,
        documentation,
    }
}

/// What `explain` tells of these codes.
pub const RULES: &[Rule] = &[
    rule(
        CHART,
        "a Helm chart that cannot be read or rendered",
        "A chart's `Chart.yaml`, its values or one of its templates is wrong, so that nothing of the chart is known.\n\n\
         Templates are carried out as Helm does. Functions that need a clock, chance, the environment or a network are \
         refused: the same files must always give the same result.\n\n\
         **What to do:** mend the place that is shown; places in other templates say who called the one that failed.",
    ),
    rule(
        UNREADABLE,
        "a file or object of Argo CD that cannot be read",
        "What a template writes is no YAML, or an ApplicationSet, AppProject or Application lacks what it needs or has a \
         field that does not exist. Argo CD would refuse it, or silently leave out the field.\n\n\
         **What to do:** mend the field that is named.",
    ),
    rule(
        UNSUPPORTED,
        "a part of Argo CD that Becket does not carry out",
        "Generators that ask a cluster or a service (`clusters`, `scmProvider`, `pullRequest`, `plugin`) cannot be known from \
         files; the old templates without `goTemplate`, progressive syncs, several sources and the source hydrator are not \
         carried out yet. What is not read is not guessed.\n\n\
         **What to do:** use what the finding names in its place.",
    ),
    rule(
        TEMPLATE,
        "a template of an ApplicationSet that fails",
        "Each text of an ApplicationSet's template is a Go template of its own. One that fails, such as a parameter that no \
         generator gives under `missingkey=error`, stops the whole ApplicationSet: it makes, changes and removes nothing, \
         and the Applications that it made before stay as they are without a word.\n\n\
         **What to do:** compare the parameters that are shown with the names in the template.",
    ),
    rule(
        DUPLICATE,
        "two Applications with one name",
        "Names are unique within an Argo CD. Applications of one name that one ApplicationSet makes are left out, be there one \
         already or not; the others are made, and only the ApplicationSet's conditions tell. Two ApplicationSets that make the \
         same one take it from each other.\n\n\
         In a files generator `*` matches `/` too: `clusters/a/*/Chart.yaml` also finds the charts within charts.\n\n\
         **What to do:** look for a file that exists once per unit, or add what differs to the name.",
    ),
    rule(
        PROJECT,
        "an Application that its project does not permit",
        "An AppProject lists the repositories that its Applications may take from and the clusters and namespaces that they \
         may put things in. Argo CD does not run an Application outside of it, or of a project that does not exist.\n\n\
         **What to do:** permit it in the AppProject, or change the Application.",
    ),
    rule(
        GENERATOR,
        "a generator that reads what cannot be read",
        "A git generator names a repository or a revision that is not there, or finds a file that holds no keys with \
         values. The whole ApplicationSet fails then.\n\n\
         **What to do:** name one that exists; let the pattern find only files that hold parameters.",
    ),
];

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn every_code_is_documented_once_and_in_order() {
        let codes: Vec<_> = RULES.iter().map(|rule| rule.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        for rule in RULES {
            assert!(rule.documentation.contains("**What to do:**"), "{}", rule.code);
        }
    }
}
