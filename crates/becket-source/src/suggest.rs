//! "did you mean": the nearest of the names that would have been right.

/// The one of `candidates` that `name` most likely meant, or none where nothing is near.
///
/// Near is a Damerau-Levenshtein distance of at most a third of the name's length (at least one), as rustc does.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= near)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_meant() {
        let services = ["catalog", "frontend", "orders"];
        assert_eq!(did_you_mean("catalgo", services), Some("catalog"));
        assert_eq!(did_you_mean("Orders", services), Some("orders"));
        assert_eq!(did_you_mean("payments", services), None);
        assert_eq!(did_you_mean("qa", ["uat", "dev"]), None);
    }
}
