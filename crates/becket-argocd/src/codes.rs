//! The codes of findings about Argo CD's files, and what there is to say about each.

use becket_source::Rule;

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

/// What `explain` tells of these codes.
pub const RULES: &[Rule] = &[
    Rule::error(
        CHART,
        "a Helm chart cannot be read or rendered",
        "## What\n\nA chart's `Chart.yaml`, its values or one of its templates is wrong. Templates are carried out as Helm does, \
         but for functions that need a clock, chance, the environment or a network.\n\n\
         ## Why\n\nNothing of the chart is known; and the same files must always give the same result.\n\n\
         ## What to do\n\nMend the place that is shown; places in other templates say who called the one that failed.\n",
    ),
    Rule::error(
        UNREADABLE,
        "a file or object of Argo CD cannot be read",
        "## What\n\nWhat a template writes is no YAML, or an ApplicationSet, AppProject or Application lacks what it needs or \
         has a field that does not exist.\n\n\
         ## Why\n\nArgo CD would refuse it, or leave out the field in silence.\n\n\
         ## What to do\n\nMend the field that is named.\n",
    ),
    Rule::error(
        UNSUPPORTED,
        "a part of Argo CD is not carried out by Becket",
        "## What\n\nGenerators that ask a cluster or a service (`clusters`, `scmProvider`, `pullRequest`, `plugin`) cannot be \
         known from files; the old templates without `goTemplate`, progressive syncs, several sources and the source hydrator \
         are not carried out yet.\n\n\
         ## Why\n\nWhat is not read is not guessed.\n\n\
         ## What to do\n\nUse what the finding names in its place.\n",
    ),
    Rule::error(
        TEMPLATE,
        "a template of an ApplicationSet fails",
        "## What\n\nEach text of an ApplicationSet's template is a Go template of its own, and one of them fails, such as by a \
         parameter that no generator gives under `missingkey=error`.\n\n\
         ## Why\n\nIt stops the whole ApplicationSet: it makes, changes and removes nothing, and the Applications that it made \
         before stay as they are without a word.\n\n\
         ## What to do\n\nCompare the parameters that are shown with the names in the template.\n",
    ),
    Rule::error(
        DUPLICATE,
        "two Applications have one name",
        "## What\n\nNames are unique within an Argo CD. In a files generator `*` matches `/` too: `clusters/a/*/Chart.yaml` also \
         finds the charts within charts.\n\n\
         ## Why\n\nApplications of one name that one ApplicationSet makes are left out, be there one already or not; the others \
         are made, and only the ApplicationSet's conditions tell. Two ApplicationSets that make the same one take it from each \
         other.\n\n\
         ## What to do\n\nLook for a file that exists once per unit, or add what differs to the name.\n",
    ),
    Rule::error(
        PROJECT,
        "an Application is not permitted by its project",
        "## What\n\nAn AppProject lists the repositories that its Applications may take from and the clusters and namespaces that \
         they may put things in. An Application is outside of it, or of a project that does not exist.\n\n\
         ## Why\n\nArgo CD does not run it.\n\n\
         ## What to do\n\nPermit it in the AppProject, or change the Application.\n",
    ),
    Rule::error(
        GENERATOR,
        "a generator reads what cannot be read",
        "## What\n\nA git generator names a repository or a revision that is not there, or finds a file that holds no keys with \
         values.\n\n\
         ## Why\n\nThe whole ApplicationSet fails.\n\n\
         ## What to do\n\nName one that exists; let the pattern find only files that hold parameters.\n",
    ),
];
