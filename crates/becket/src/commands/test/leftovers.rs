//! What a test leaves behind: asked of AWS itself, in each account and region that a root works in, by a root that
//! only reads.

use std::collections::BTreeMap;

use becket_document::Node;
use serde_json::{Map, Value, json};

use super::folder::Work;
use super::report::Report;
use super::roots::Root;
use super::terraform::Terraform;
use super::values;
use crate::error::CommandError;

/// Where to look: the variables of each search, by a name for it.
pub(super) fn searches(work: &Work, roots: &[Root]) -> BTreeMap<String, Map<String, Value>> {
    let mut searches = BTreeMap::new();
    for root in roots {
        let variables = values::variables(&work.text(root, "terraform.tfvars"));
        let text = |name: &str| variables.get(name).and_then(Node::as_str);
        if let (Some(platform), Some(account), Some(region)) =
            (text("platform"), text("account"), text("region"))
        {
            let variables = [("platform", platform), ("account", account), ("region", region)];
            let variables = variables.map(|(name, value)| (name.to_owned(), json!(value)));
            searches.insert(format!("{account}-{region}"), variables.into_iter().collect());
        }
    }
    searches
}

/// Looks in one place. None where the search itself failed, which was told then.
pub(super) async fn found(
    terraform: &Terraform,
    work: &Work,
    report: &Report,
    name: &str,
    variables: &Map<String, Value>,
) -> Result<Option<Vec<String>>, CommandError> {
    let folder = work.leftovers(name, variables)?;
    report.begin("look", name);
    let mut ran = terraform.init(&folder).await?;
    if ran.succeeded {
        let arguments = ["apply", "-auto-approve", "-input=false", "-json"];
        ran = terraform.run(&folder, &arguments, &mut |_| {}).await?;
    }
    if !ran.succeeded {
        report.problems("look", name, &ran.problems);
        return Ok(None);
    }
    let outputs = terraform.outputs(&folder).await?;
    let left = outputs.get("leftovers").and_then(Value::as_array);
    let left = left.into_iter().flatten().filter_map(Value::as_str);
    Ok(Some(left.map(str::to_owned).collect()))
}
