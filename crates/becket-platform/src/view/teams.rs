//! What each team may do.

use serde_json::{Map, Value};

use super::{Layer, text};
use crate::model::Platform;

pub(super) fn put(platform: &Platform, view: &mut Layer) {
    let teams = platform.teams.iter();
    let teams: Map<_, _> = teams
        .map(|(name, team)| (name.to_string(), text(team.role.as_str())))
        .collect();
    view.put("platform.teams", Value::Object(teams), &platform.at.key("teams"));
}
